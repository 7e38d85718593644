import SockDiag
import SockDiagTestKit
import Testing

@testable import HostFindings

/// The selection of sockets that the rules look at.
struct SurveyTests {
  private static let others = [
    "established", "syn-sent", "syn-recv", "fin-wait-1", "fin-wait-2", "time-wait", "last-ack", "closing",
  ]

  /// Facts with every socket, in the order in which an observer reads them.
  private static func facts(_ random: inout SeededGenerator) throws -> HostFacts {
    let addresses = try ["0.0.0.0", "10.0.0.1", "127.0.0.1", "::", "::1", "::ffff:10.0.0.1"].map(Specimen.address)
    func sockets(_ states: [String], count: Int, peers: Bool = true) throws -> [InetSocket] {
      try (0..<Int.random(in: 0...count, using: &random)).map { _ in
        let local = SocketAddress(
          addresses.randomElement(using: &random) ?? .anyV4, port: .random(in: 0...12, using: &random))
        let peer = addresses.filter { $0.family == local.address.family }.randomElement(using: &random) ?? .anyV4
        let remote = SocketAddress(peer, port: peers ? .random(in: 0...2, using: &random) : 0)
        let isSelf = peers && Int.random(in: 0..<20, using: &random) == 0
        return try Specimen.socket(
          states.randomElement(using: &random) ?? "established", local, isSelf ? local : remote,
          inode: .random(in: 0...5, using: &random), lastAcknowledgement: 100_000)
      }
    }
    var facts = HostFacts.ports(2...UInt16.random(in: 2...12, using: &random))
    facts.listeners = try sockets(["listen"], count: 4, peers: false)
    facts.sockets =
      try sockets(["bound-inactive"], count: 2, peers: false) + sockets(others, count: 60)
      + sockets(["close-wait"], count: 5)
    facts.udpSockets = try sockets(["close"], count: 20)
    for inode in UInt32(0)...5 { facts.holders[inode] = [FilterHolder(processID: Int32(inode), command: "x")] }
    return facts
  }

  /// The same facts as an observer makes them.
  private static func surveyed(_ whole: HostFacts) -> HostFacts {
    let bound = whole.sockets.filter { $0.state == .boundInactive }
    let closeWaits = whole.sockets.filter { $0.state == .closeWait }
    var survey = SocketSurvey(whole.settings, listeners: whole.listeners, bound: bound)
    for socket in whole.sockets where socket.state != .boundInactive { survey.add(socket) }
    var udp = SocketSurvey()
    for socket in whole.udpSockets { udp.add(socket) }
    var facts = whole
    facts.sockets = survey.kept + closeWaits
    facts.omittedSockets = survey.omitted
    facts.traffic = survey.traffic
    facts.udpSockets = udp.kept
    facts.omittedUDPSockets = udp.omitted
    return facts
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func selectionHasTheSameFindingsAsAllSockets(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var limits = FindingLimits()
    limits.closeWaitCount = 2
    var omitted = 0
    var rules: Set<FindingRule> = []
    for number in 0..<Trials.count(200) {
      let whole = try Self.facts(&random)
      let selection = Self.surveyed(whole)
      limits.sharePercent = .random(in: 1...100, using: &random)
      let findings = whole.findings(limits)
      #expect(selection.findings(limits) == findings, "seed \(seed), number \(number)")
      #expect(selection.scope == whole.scope, "seed \(seed), number \(number)")
      omitted += selection.omittedSockets
      rules.formUnion(findings.map(\.rule))
    }
    #expect(omitted > 0)
    #expect(rules.isSuperset(of: [.portsToDestination, .portsToBind, .portInRange, .selfConnection, .closeWait]))
  }

  @Test func connectionsToFewDestinationsKeepOneSocketPerPort() throws {
    let settings = HostFacts.ports(10_000...60_000).settings
    var survey = SocketSurvey(settings, listeners: [], bound: [])
    var socket = try Specimen.socket("established", "10.0.0.1:10000", "10.0.0.9:443")
    for round in 0..<3 {
      for port in UInt16(10_000)...60_000 {
        socket.local.port = port
        socket.remote.port = UInt16(443 + round)
        survey.add(socket)
      }
    }
    #expect(survey.kept.count == 50_001 && survey.omitted == 100_002)
    #expect(survey.traffic?.routeCount == 3)
    #expect(survey.traffic?.crowdedRoutes.values.map(\.ports) == [50_001, 50_001, 50_001])
  }
}

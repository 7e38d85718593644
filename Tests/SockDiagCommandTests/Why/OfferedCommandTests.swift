import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The commands that `why` suggests, run unchanged: each does what it says, and affects no other process.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct OfferedCommandTests {
  /// The lines to copy with this beginning, as a person finds them below an answer.
  private static func offers(
    _ beginning: String, _ question: [String], in laboratory: Laboratory
  ) throws -> [String] {
    let ask = try Tool.unfolded + ["why"]
    let answer = try laboratory.namespace.run(ask + ["-v"] + question).outputText
    let offers = answer.split(separator: "\n").filter { $0.hasPrefix("      \(beginning) ") }
      .map { String($0.dropFirst(6)) }
    let short = try laboratory.namespace.run(ask + question).outputText
    let shortOffers = shortOffers(beginning, in: short)
    if !Set(offers).isSuperset(of: shortOffers) || shortOffers.isEmpty != offers.isEmpty {
      throw Tool.Failure(what: "\(shortOffers) is offered in the short form, and \(offers) in the long one")
    }
    return offers
  }

  /// The commands of the short form, which stand behind their labels, and before remarks.
  private static func shortOffers(_ beginning: String, in answer: String) -> [String] {
    answer.split(separator: "\n").filter { !$0.hasPrefix(" ") && !$0.hasPrefix("More ") }.compactMap { line in
      let text = String(line.dropFirst(Prose.labelWidth))
      guard text.hasPrefix("\(beginning) ") else { return nil }
      var command = text.firstRange(of: " # ").map { text[..<$0.lowerBound] } ?? text[...]
      while command.hasSuffix(" ") { command.removeLast() }
      return String(command)
    }
  }

  /// Runs the suggested commands, without the question that they would ask.
  private static func run(_ commands: [String], in laboratory: Laboratory) throws {
    let tool = try Tool.path
    for command in commands {
      let text = command.replacing("sockdiag kill", with: "\(tool) kill --yes")
        .replacing("sockdiag destroy", with: "\(tool) destroy --yes")
      let result = try laboratory.namespace.run(["sh", "-c", text])
      if result.status != 0 { throw Tool.Failure(what: "\(command): \(result.errorText)") }
    }
  }

  /// A listener with a process of its own.
  private struct Place {
    var endpoint: LabEndpoint
    var options: [SocketOption] = []
    /// Whether it blocks, so that its process must be ended.
    var blocks = true
  }

  /// Builds the listeners, asks, runs the commands that end processes, and compares which processes have ended.
  private func expect(
    _ places: [Place], _ question: [String], toOffer expected: [String]?, wired: Bool = false
  ) async throws {
    let (ended, offered, pids) = try await Laboratory.withNew { laboratory in
      if wired { _ = try laboratory.wire() }
      let subjects = try places.map { place in
        let socket = try laboratory.tcpListener(on: place.endpoint, options: place.options)
        let inode = socket.inode
        let subject = try Subject(Subject.Script.plain, holding: [socket])
        try Subject.waitUntilAloneWith([inode], [subject])
        return subject
      }
      let commands = try ["sockdiag kill", "kill"].flatMap { try Self.offers($0, question, in: laboratory) }
      try Self.run(commands, in: laboratory)
      let wanted = places.map(\.blocks)
      // A signal may take a moment. When the expected processes have ended, the others would have ended too.
      _ = try settled { subjects.map { !$0.isRunning } == wanted ? [] : ["not yet"] }
      return (subjects.map { !$0.isRunning }, commands, subjects.map(\.pid))
    }
    #expect(ended == places.map(\.blocks), "\(offered)")
    let blockers = zip(places, pids).filter { $0.0.blocks }.map { "\($0.1)" }
    #expect(offered == expected ?? ["kill " + blockers.joined(separator: " ")])
  }

  // MARK: kill

  @Test func killIsSuggestedIfAllHoldersBlock() async throws {
    let places = [Place(endpoint: LabEndpoint(.loopbackV4, 8080)), Place(endpoint: LabEndpoint(.loopbackV6, 8080))]
    try await expect(places, ["8080", "--as", "go"], toOffer: ["sockdiag kill 8080"])
  }

  @Test func suggestedKillSparesTheOtherFamily() async throws {
    let places = [
      Place(endpoint: LabEndpoint(.loopbackV4, 8080)), Place(endpoint: LabEndpoint(.loopbackV6, 8080), blocks: false),
    ]
    try await expect(places, ["0.0.0.0:8080"], toOffer: ["sockdiag kill 127.0.0.1:8080"])
  }

  @Test func suggestedKillNamesEachBlockingAddress() async throws {
    let other = LabAddress.v4(127, 0, 0, 2)
    let places = [
      Place(endpoint: LabEndpoint(.loopbackV4, 8080)), Place(endpoint: LabEndpoint(other, 8080)),
      Place(endpoint: LabEndpoint(.loopbackV6, 8080), blocks: false),
    ]
    try await expect(
      places, ["0.0.0.0:8080"], toOffer: ["sockdiag kill 127.0.0.1:8080", "sockdiag kill 127.0.0.2:8080"])
  }

  @Test func suggestedKillSparesTheOtherInterface() async throws {
    let places = [
      Place(endpoint: LabEndpoint(.anyV4, 8080), options: [.bindToDevice("lo")]),
      Place(endpoint: LabEndpoint(.anyV4, 8080), options: [.bindToDevice(Wire.deviceName)], blocks: false),
    ]
    try await expect(
      places, ["0.0.0.0:8080", "--device", "lo"], toOffer: ["sockdiag kill '0.0.0.0%lo:8080'"], wired: true)
  }

  @Test func suggestedKillNamesTheInterfaceOfALinkLocalAddress() async throws {
    let place = LabEndpoint(Wire.localLinkLocal, 8080, interface: Wire.deviceName)
    try await expect(
      [Place(endpoint: place)], ["[fe80::1%\(Wire.deviceName)]:8080"],
      toOffer: ["sockdiag kill '[fe80::1%\(Wire.deviceName)]:8080'"], wired: true)
  }

  /// For `kill`, `[::]` includes IPv4, so no address belongs to this socket alone.
  @Test func processWithoutAnExclusiveAddressIsEndedByID() async throws {
    let places = [
      Place(endpoint: LabEndpoint(.anyV6, 8080), options: [.v6Only(true)]),
      Place(endpoint: LabEndpoint(.anyV4, 8080), blocks: false),
    ]
    try await expect(places, ["[::]:8080", "--v6only"], toOffer: nil)
  }

  // MARK: wait

  /// A socket that is harmless now would block another question.
  @Test func suggestedWaitHasTheOptionsOfWhy() async throws {
    let tool = try Tool.path
    let (offered, result) = try await Laboratory.withNew { laboratory in
      try laboratory.leaveTimeWait(on: LabEndpoint(.loopbackV6, 8080), options: [.v6Only(true)])
      let other = try laboratory.tcpListener(on: LabEndpoint(.anyV4, 8080))
      return try withExtendedLifetime(other) {
        let offered = try Self.offers("sockdiag wait", ["[::]:8080", "--v6only"], in: laboratory)
        let command = "\(offered.first ?? "false") --timeout 0".replacing("sockdiag wait", with: "\(tool) wait")
        return (offered, try laboratory.namespace.run(["sh", "-c", command]))
      }
    }
    #expect(offered == ["sockdiag wait '[::]:8080' --v6only --free"])
    #expect(result.status == Status.negative.rawValue)
    #expect(result.errorText.contains("time-wait") && !result.errorText.contains("listener"))
  }

  @Test func suggestedWaitAndProbeHaveEveryOption() async throws {
    let offers = try await Laboratory.withNew { laboratory in
      _ = try laboratory.wire()
      let local = LabEndpoint(Wire.localLinkLocal, 8080, interface: Wire.deviceName)
      let peer = LabEndpoint(.v6(Wire.localLinkLocal.high, 2), 40000, interface: Wire.deviceName)
      let listener = try laboratory.tcpListener(on: local)
      let connection = try laboratory.wireAccepted(by: listener, at: local, from: peer)
      listener.close()
      try connection.bring(to: .timeWait)
      let question = [
        "[fe80::1%\(Wire.deviceName)]:8080", "--reuseaddr", "--freebind", "--uid", "65534", "--device",
        Wire.deviceName,
      ]
      return try ["sockdiag why", "sockdiag wait"].flatMap { try Self.offers($0, question, in: laboratory) }
    }
    let words = "'[fe80::1%wire0]:8080' --reuseaddr --freebind --uid 65534 --device wire0"
    #expect(offers == ["sockdiag why \(words) --probe", "sockdiag wait \(words) --free"])
  }

  // MARK: destroy

  /// Both are in FIN_WAIT2; one was closed, the other has only shut down its sending side.
  @Test func suggestedDestroySparesHeldSockets() async throws {
    let (offered, left) = try await Laboratory.withNew { laboratory in
      let at = LabEndpoint(.loopbackV4, 8080)
      let listener = try laboratory.tcpListener(on: at)
      let clients = [try laboratory.tcpClient(to: at), try laboratory.tcpClient(to: at)]
      let servers = [try listener.accept(), try listener.accept()]
      listener.close()
      let peers = try servers.map { try $0.remote() }
      servers[0].close()
      try servers[1].shutdown(sending: true)
      try laboratory.wait(
        for: zip(peers, [true, false]).map { .brought(to: .finWait2, local: at, remote: $0, closed: $1) })
      return try withExtendedLifetime((clients, servers)) {
        let offered = try Self.offers("sockdiag destroy", ["8080"], in: laboratory)
        try Self.run(offered, in: laboratory)
        let left = try laboratory.namespace.run(["ss", "-Htan", "sport", "=", ":8080"]).outputText
        return (offered, left.split(separator: "\n").map { $0.contains("127.0.0.1:\(peers[1].port)") })
      }
    }
    #expect(offered == ["sockdiag destroy -t 'sport = :8080 and state fin-wait-2 and inode = 0'"])
    #expect(left == [true])
  }

  @Test func suggestedDestroySparesTheOtherFamily() async throws {
    let (offered, left) = try await Laboratory.withNew { laboratory in
      let places = [LabAddress.loopbackV4, .loopbackV6].map { LabEndpoint($0, 8080) }
      for place in places { try laboratory.leaveTimeWait(on: place) }
      let offered = try Self.offers("sockdiag destroy", ["127.0.0.1:8080"], in: laboratory)
      try Self.run(offered, in: laboratory)
      return (offered, try laboratory.namespace.run(["ss", "-Htan", "sport", "=", ":8080"]).outputText)
    }
    #expect(offered == ["sockdiag destroy -t 'sport = :8080 and state time-wait and src 127.0.0.1'"])
    #expect(left.split(separator: "\n").count == 1 && left.contains("[::1]:8080"))
  }
}

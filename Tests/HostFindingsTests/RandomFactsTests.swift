import HostFindings
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Any facts are accepted, and unknown facts cause no findings.
struct RandomFactsTests {
  private static let states = [
    "established", "syn-sent", "syn-recv", "fin-wait-1", "fin-wait-2", "time-wait", "close-wait", "last-ack", "closing",
    "bound-inactive",
  ]

  @Test func anyFactsAreAccepted() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    let addresses = try ["0.0.0.0", "10.0.0.1", "127.0.0.1", "::", "::1", "::ffff:10.0.0.1", "fe80::1"].map(
      Specimen.address)
    func end() -> SocketAddress {
      SocketAddress(
        addresses.randomElement(using: &random) ?? .anyV4, port: [0, 1, 7, 65535].randomElement(using: &random) ?? 0)
    }
    func sockets(_ states: [String]) throws -> [InetSocket] {
      try (0..<Int.random(in: 0...40, using: &random)).map { _ in
        let local = end()
        var remote = end()
        while remote.address.family != local.address.family { remote = end() }
        return try Specimen.socket(
          states.randomElement(using: &random) ?? "listen", local, remote, inode: .random(in: 0...5, using: &random),
          queues: (.random(in: 0...3, using: &random), .random(in: 0...3, using: &random)),
          lastAcknowledgement: [nil, 0, 60_000].randomElement(using: &random) ?? nil,
          v6Only: [nil, true, false].randomElement(using: &random) ?? nil)
      }
    }
    var found: Set<FindingRule> = []
    for _ in 0..<200 {
      var facts = HostFacts.ports(1...UInt16.random(in: 1...20, using: &random), reserved: PortSet([5...5]))
      facts.listeners = try sockets(["listen"])
      facts.listenersBefore = try sockets(["listen"])
      facts.sockets = try sockets(Self.states)
      facts.udpSockets = try sockets(["close", "established"])
      for inode in UInt32(0)...5 where Bool.random(using: &random) {
        facts.holders[inode] = (0..<Int.random(in: 0...2, using: &random)).map {
          FilterHolder(processID: Int32($0), command: "x\u{1b}\n")
        }
      }
      var limits = FindingLimits()
      limits.closeWaitCount = Int.random(in: 0...5, using: &random)
      limits.sharePercent = Int.random(in: 0...100, using: &random)
      for finding in facts.findings(limits) {
        found.insert(finding.rule)
        #expect(!finding.text.hasSuffix(".") && !finding.advice.hasSuffix("."), "seed \(seed)")
      }
    }
    #expect(found.count >= 6, "seed \(seed): \(found)")
  }
}

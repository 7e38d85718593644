import HostFindings
import SockDiag
import Testing

/// Ports of listeners that the kernel may give away.
struct RangeRuleTests {
  private func facts(connections: Int) throws -> HostFacts {
    var facts = HostFacts.ports(1000...1099)
    facts.listeners = [try Specimen.socket("listen", "0.0.0.0:1090", inode: 7)]
    facts.listenersWithChosenPort = []
    facts.sockets = try Specimen.connections(connections)
    return facts
  }

  @Test func listenerInABusyRangeIsFound() throws {
    #expect(try facts(connections: 4).findings() == [])
    var facts = try facts(connections: 5)
    facts.holders[7] = [FilterHolder(processID: 12, command: "server")]
    let finding = try #require(facts.findings().first)
    #expect(finding.rule == .portInRange && finding.severity == .risk && finding.figure == 5 && finding.limit == 100)
    #expect(finding.subject.local == "0.0.0.0:1090" && finding.subject.process?.processID == 12)
    #expect(finding.text.contains("server (pid 12) listens at"))
    #expect(finding.remedy == "sysctl -w net.ipv4.ip_local_reserved_ports=1090")
  }

  @Test func portChosenByTheKernelIsNotAFinding() throws {
    var facts = try facts(connections: 50)
    facts.listenersWithChosenPort = [7]
    #expect(facts.findings() == [])
    // If the kernel does not report who chose the port, it may be a finding.
    facts.listenersWithChosenPort = nil
    #expect(facts.findings().map(\.rule) == [.portInRange])
  }

  @Test func reservedPortIsNotAFinding() throws {
    var facts = try facts(connections: 50)
    facts.settings.reservedPorts = PortSet([1090...1095])
    #expect(facts.findings() == [])
  }

  @Test func reservationKeepsExistingAndOtherPorts() throws {
    var facts = try facts(connections: 50)
    facts.settings.reservedPorts = PortSet([80...81, 1095...1099])
    // Several sockets on a port are one finding.
    for address: SocketAddress in ["127.0.0.1:1080", "[::]:1080", "127.0.0.1:1096", "127.0.0.1:3000"] {
      facts.listeners.append(try Specimen.socket("listen", address, inode: 8))
    }
    let findings = facts.findings()
    #expect(findings.map(\.subject.local?.port) == [1080, 1090])
    #expect(findings.allSatisfy { $0.remedy?.hasSuffix("ip_local_reserved_ports=80-81,1080,1090,1095-1099") == true })
  }

  @Test func acceptedConnectionsDoNotUseTheRange() throws {
    var facts = try facts(connections: 0)
    facts.sockets = try (0..<50).map {
      try Specimen.socket("established", "10.0.0.1:1090", SocketAddress(IPAddress(v4: 1), port: $0 + 1))
    }
    // Nor do their ports count as used, however many there are.
    for port in UInt16(1050)..<1070 {
      facts.listeners.append(try Specimen.socket("listen", SocketAddress(.anyV4, port: port)))
      facts.sockets += try Specimen.connections(1, ports: port)
    }
    #expect(facts.findings() == [])
  }

  @Test func portAlreadyGivenAwayIsFoundInAQuietRange() throws {
    var facts = try facts(connections: 1)
    let outgoing = try Specimen.socket("established", "10.0.0.1:1090", "10.0.0.9:443")
    facts.sockets.append(outgoing)
    // The listener on all addresses has accepted it.
    #expect(facts.findings() == [])
    facts.listeners = [try Specimen.socket("listen", "127.0.0.1:1090", inode: 7)]
    let finding = try #require(facts.findings().first)
    #expect(finding.rule == .portInRange && finding.text.contains("10.0.0.1:1090 to 10.0.0.9:443 has it already"))
    // A TIME_WAIT record does not show who chose its port.
    facts.sockets = [try Specimen.socket("time-wait", "10.0.0.1:1090", "10.0.0.9:443", inode: 0)]
    #expect(facts.findings() == [])
  }

  @Test(arguments: [
    ("[::]:1090", Bool?.some(false), "10.0.0.1:1090", true), ("[::]:1090", true, "10.0.0.1:1090", false),
    ("[::]:1090", true, "[fd00::1]:1090", true), ("[::]:1090", false, "[::ffff:10.0.0.1]:1090", true),
    ("0.0.0.0:1090", nil, "[fd00::1]:1090", false), ("10.0.0.1:1090", nil, "[::ffff:10.0.0.1]:1090", true),
  ])
  func connectionPossiblyAcceptedByTheListenerIsNotAFinding(
    _ listener: SocketAddress, _ v6Only: Bool?, _ local: SocketAddress, _ isOwn: Bool
  ) throws {
    var facts = HostFacts.ports(1000...1099)
    facts.listeners = [try Specimen.socket("listen", listener, v6Only: v6Only)]
    let remote: SocketAddress = local.address.family == .inet ? "10.0.0.9:1" : "[fd00::9]:1"
    facts.sockets = [try Specimen.socket("established", local, remote)]
    #expect(facts.findings().isEmpty == isOwn)
  }

  @Test func connectionToItselfIsFound() throws {
    var facts = HostFacts()
    facts.settings.reservedPorts = PortSet(80)
    facts.sockets = try [
      Specimen.socket("established", "127.0.0.1:5000", "127.0.0.1:5001", inode: 3),
      Specimen.socket("time-wait", "127.0.0.1:5002", "127.0.0.1:5002", inode: 0),
    ]
    #expect(facts.findings() == [])
    facts.sockets.append(try Specimen.socket("established", "127.0.0.1:5003", "127.0.0.1:5003", inode: 4))
    facts.holders[4] = [FilterHolder(processID: 9, command: "client")]
    let finding = try #require(facts.findings().first)
    #expect(finding.rule == .selfConnection && finding.severity == .failing)
    #expect(finding.text.contains("of client (pid 9) at 127.0.0.1:5003"))
    // The program itself chose that port.
    #expect(finding.advice == "close it, or end its process")
    #expect(facts.socketsToAttribute().map(\.inode) == [4])
  }

  @Test func allReservationsUseTheSameCommand() throws {
    var facts = try facts(connections: 50)
    facts.settings.reservedPorts = PortSet(80)
    facts.sockets.append(try Specimen.socket("established", "127.0.0.1:1070", "127.0.0.1:1070", inode: 4))
    #expect(facts.findings().map(\.rule) == [.selfConnection, .portInRange])
    #expect(facts.findings().allSatisfy { $0.remedy?.hasSuffix("ip_local_reserved_ports=80,1070,1090") == true })
  }
}

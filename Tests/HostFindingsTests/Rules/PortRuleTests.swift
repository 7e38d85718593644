import HostFindings
import SockDiag
import Testing

/// Exhausted ports, for one destination and for all.
struct PortRuleTests {
  @Test func connectionsToOneDestinationAreFoundFromFourFifthsOn() throws {
    var facts = HostFacts.ports(1000...1009)
    facts.sockets = try Specimen.connections(7)
    #expect(facts.findings() == [])
    facts.sockets = try Specimen.connections(8)
    let finding = try #require(facts.findings(of: .portsToDestination).first)
    #expect(finding.figure == 8 && finding.limit == 10 && finding.severity == .risk)
    #expect(finding.subject.source == IPAddress("10.0.0.1") && finding.subject.remote == "10.0.0.9:443")
    #expect(
      finding.text == "connections from 10.0.0.1 to 10.0.0.9:443 use 8 of 10 ports (80 %)")
    #expect(finding.advice.contains("EADDRNOTAVAIL") && finding.advice.contains("1000-1009"))
    facts.sockets = try Specimen.connections(10)
    #expect(facts.findings(of: .portsToDestination).map(\.severity) == [.failing])
  }

  @Test func destinationsAndSourcesAreCountedSeparately() throws {
    var facts = HostFacts.ports(1000...1009)
    facts.sockets = try Specimen.connections(7)
    facts.sockets += try Specimen.connections(7, to: "10.0.0.9:444")
    facts.sockets += try Specimen.connections(7, to: "10.0.0.8:443")
    facts.sockets += try Specimen.connections(7, from: "10.0.0.2")
    #expect(facts.findings(of: .portsToDestination) == [])
    facts.sockets += try Specimen.connections(9, to: "10.0.0.7:443") + Specimen.connections(8, to: "10.0.0.6:443")
    // The most severe first.
    #expect(facts.findings(of: .portsToDestination).map(\.figure) == [9, 8])
  }

  @Test func mappedPeersCountAsIPv4() throws {
    var facts = HostFacts.ports(1000...1009)
    facts.sockets = try Specimen.connections(4)
    facts.sockets += try Specimen.connections(
      4, from: "::ffff:10.0.0.1", to: "[::ffff:10.0.0.9]:443", ports: 1004)
    #expect(facts.findings(of: .portsToDestination).map(\.figure) == [8])
  }

  @Test func reservedAndOutOfRangePortsAreNotCounted() throws {
    var facts = HostFacts.ports(1000...1009, reserved: PortSet([1000...1001]))
    facts.sockets = try Specimen.connections(8) + Specimen.connections(20, ports: 2000)
    // Six of eight.
    #expect(facts.findings(of: .portsToDestination) == [])
    facts.sockets = try Specimen.connections(9)
    #expect(facts.findings(of: .portsToDestination).map(\.limit) == [8])
  }

  @Test func boundPortsAreNotChoosable() throws {
    var facts = HostFacts.ports(1000...1009)
    facts.sockets = try Specimen.connections(6)
    facts.sockets.append(try Specimen.socket("bound-inactive", "10.0.0.1:1008"))
    #expect(facts.findings(of: .portsToDestination) == [])
    // Six of nine were not enough; six of seven are.
    facts.listeners = try [Specimen.socket("listen", "127.0.0.1:1009"), Specimen.socket("listen", "127.0.0.1:1007")]
    #expect(facts.findings(of: .portsToDestination).map(\.limit) == [7])
  }

  @Test(arguments: [
    (KernelSettings.TimeWaitReuse.never, "10.0.0.1", true), (.loopback, "10.0.0.1", true), (.always, "10.0.0.1", false),
    (.never, "127.0.0.1", true), (.loopback, "127.0.0.1", false), (.loopback, "::1", false),
    (.loopback, "::ffff:127.0.0.1", false), (.loopback, "fd00::1", true),
  ])
  func timeWaitCountsUnlessItsPortIsReused(
    _ reuse: KernelSettings.TimeWaitReuse, _ address: String, _ isFound: Bool
  ) throws {
    var facts = HostFacts.ports(1000...1009)
    facts.settings.timeWaitReuse = reuse
    let remote = SocketAddress(try Specimen.address(address), port: 80)
    facts.sockets = try Specimen.connections(9, from: address, to: remote, state: "time-wait")
    let findings = facts.findings(of: .portsToDestination)
    #expect(findings.count == (isFound ? 1 : 0))
    #expect(findings.allSatisfy { $0.text.hasSuffix(", 9 of them in TIME_WAIT") })
  }

  /// Either end on the loopback network is enough (`tcp_twsk_unique`, net/ipv4/tcp_ipv4.c).
  @Test(arguments: [
    ("127.0.0.1", "10.0.0.1", false), ("10.0.0.1", "127.0.0.1", false), ("127.0.0.1", "127.0.0.2", false),
    ("10.0.0.1", "10.0.0.2", true), ("128.0.0.1", "126.255.255.255", true), ("::2", "::3", true),
    ("::1", "fd00::1", false), ("fd00::1", "::1", false),
  ])
  func loopbackTimeWaitPortIsReused(_ local: String, _ remote: String, _ isFound: Bool) throws {
    var facts = HostFacts.ports(1000...1009)
    facts.settings.timeWaitReuse = .loopback
    let destination = SocketAddress(try Specimen.address(remote), port: 80)
    facts.sockets = try Specimen.connections(9, from: local, to: destination, state: "time-wait")
    #expect(facts.findings(of: .portsToDestination).count == (isFound ? 1 : 0))
  }

  @Test func portsOfAnySocketCountAgainstBind() throws {
    var facts = HostFacts.ports(1000...1009)
    facts.sockets = try Specimen.connections(3) + Specimen.connections(3, to: "10.0.0.8:1", ports: 1003)
    facts.listeners = [try Specimen.socket("listen", "127.0.0.1:1006")]
    // The same port twice is one.
    facts.sockets += try Specimen.connections(1, to: "10.0.0.5:2", ports: 1000)
    #expect(facts.findings(of: .portsToBind) == [])
    facts.sockets.append(try Specimen.socket("bound-inactive", "10.0.0.1:1009"))
    let finding = try #require(facts.findings(of: .portsToBind).first)
    #expect(finding.figure == 8 && finding.limit == 10 && finding.subject.protocol == .tcp)
    #expect(finding.text.hasSuffix("(80 %), 2 by listeners and bound sockets and 6 by connections"))
    #expect(finding.advice.contains("IP_BIND_ADDRESS_NO_PORT") && finding.advice.contains("EADDRINUSE"))
  }

  @Test func udpPortsAreCountedSeparately() throws {
    var facts = HostFacts.ports(1000...1009)
    facts.udpSockets = try Specimen.connections(7)
    #expect(facts.findings() == [])
    facts.udpSockets = try Specimen.connections(10)
    #expect(facts.findings().map(\.subject.protocol) == [.udp])
    #expect(facts.findings().map(\.severity) == [.failing])
  }

  @Test func unknownOrEmptyRangeFindsNothing() throws {
    var facts = HostFacts()
    facts.sockets = try Specimen.connections(9)
    #expect(facts.findings() == [])
    facts.settings.localPortRange = 1000...1009
    facts.settings.reservedPorts = PortSet([1000...1009])
    #expect(facts.findings() == [])
  }
}

import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Settings and counters of a new namespace, read, changed and read again.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct HostTests {
  @Test func settingsAreThoseOfTheThreadsNamespace() async throws {
    let (before, after) = try await LabNamespace.withNew { namespace in
      let before = KernelSettings()
      try namespace.set("net.ipv4.tcp_fin_timeout", to: 7)
      try namespace.set("net.ipv4.ip_unprivileged_port_start", to: 99)
      try namespace.set("net.ipv4.ip_local_reserved_ports", to: 40000)
      try namespace.set("net.ipv4.tcp_max_tw_buckets", to: 5)
      try namespace.set("net.ipv6.bindv6only", to: 1)
      try namespace.set("net.core.somaxconn", to: 3)
      return (before, KernelSettings())
    }
    var expected = before
    expected.finTimeout = .seconds(7)
    expected.unprivilegedPortStart = 99
    expected.reservedPorts = [40000]
    expected.maximumTimeWait = 5
    expected.bindsV6Only = true
    expected.maximumBacklog = 3
    #expect(before != expected)
    #expect(after == expected)
    // This setting belongs to the host and is hidden in a namespace.
    #expect(after.maximumOrphans == nil)
    #expect(after.localPortRange != nil && after.timeWaitReuse != nil && after.synCookies != nil)
  }

  @Test func countersRiseWithTheEventsTheyCount() async throws {
    let (before, after) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 80), backlog: 0)
      let before = NetworkCounters()
      // A backlog of 0 takes one connection; the next ones find the queue full.
      let clients = try (0..<3).map { _ in try laboratory.tcpClient(to: LabEndpoint(.loopbackV4, 80)) }
      return try withExtendedLifetime((listener, clients)) {
        _ = try settled { NetworkCounters().listenOverflows == 0 ? ["no overflow yet"] : [] }
        return (before, NetworkCounters())
      }
    }
    #expect(before.listenOverflows == 0 && before.tcpInUse == 1)
    #expect((after.listenOverflows ?? 0) > 0)
    #expect((after.tcpInUse ?? 0) >= 3)
    #expect(after.tcp6InUse == 0 && after.timeWaits == 0 && after.orphans != nil)
  }
}

import BindDiagnosis
import BindSituationKit
import CSocketLaboratory
import Glibc
import SockDiag
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// The probe's answer is that of bind(), for the options, user, interface and privileges of the request.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"))
struct BindProbeTests {
  static let port: UInt16 = 8080
  static let mixes: [BindOptions] = [[], [.reuseAddress], [.reusePort], [.reuseAddress, .reusePort]]

  @Test(arguments: [TransportProtocol.tcp, .udp], [LabAddress.loopbackV4, .loopbackV6, .anyV4, .anyV6])
  func freePortIsBound(_ transport: TransportProtocol, _ address: LabAddress) async throws {
    try await Laboratory.withNew { (_: Laboratory) throws in
      for port in [Self.port, 0] {
        let request = BindRequest(transport, SocketAddress(address.address, port: port), uid: 0)
        #expect(try BindProbe.quietOutcome(of: request) == 0)
      }
      #expect(try socketsWithPort().isEmpty)
    }
  }

  /// Holder and requester share a port if both have the same option, whatever else they have; the user is the same.
  @Test(arguments: [TransportProtocol.tcp, .udp], [LabAddress.loopbackV4, .loopbackV6])
  func sharingOptionsDecide(_ transport: TransportProtocol, _ address: LabAddress) async throws {
    for (held, wanted) in Self.mixes.flatMap({ held in Self.mixes.map { (held, $0) } }) {
      try await Laboratory.withNew { (laboratory: Laboratory) throws in
        let endpoint = LabEndpoint(address, Self.port)
        let holder = try laboratory.boundSocket(
          transport == .tcp ? .tcp : .udp, to: endpoint, options: SocketOption.sharing(held))
        let local = SocketAddress(address.address, port: Self.port)
        let outcome = try BindProbe.quietOutcome(of: BindRequest(transport, local, options: wanted, uid: 0))
        #expect(outcome == (held.isDisjoint(with: wanted) ? EADDRINUSE : 0), "\(held) \(wanted)")
        withExtendedLifetime(holder) {}
      }
    }
  }

  @Test func listenerYieldsToTheSamePortReuserOnly() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      _ = try laboratory.tcpListener(
        on: LabEndpoint(.loopbackV4, Self.port), options: SocketOption.sharing([.reuseAddress, .reusePort]))
      for wanted in Self.mixes {
        let outcome = try BindProbe.quietOutcome(of: BindRequest(.tcp, "127.0.0.1:8080", options: wanted, uid: 0))
        #expect(outcome == (wanted.contains(.reusePort) ? 0 : EADDRINUSE), "\(wanted)")
      }
    }
  }

  /// The socket belongs to the request's user, whoever makes the probe.
  @Test(arguments: [TransportProtocol.tcp, .udp], [UInt32(0), 1000])
  func portIsSharedWithTheSameUserOnly(_ transport: TransportProtocol, _ holderUID: UInt32) async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      let holder = try laboratory.socket(transport == .tcp ? .tcp : .udp, v6: false, options: [.reusePort])
      try holder.give(to: holderUID)
      try holder.bind(to: LabEndpoint(.loopbackV4, Self.port))
      for uid in [UInt32(0), 1000, 1001] {
        let request = BindRequest(transport, "127.0.0.1:8080", options: [.reusePort], uid: uid)
        #expect(try BindProbe.quietOutcome(of: request) == (uid == holderUID ? 0 : EADDRINUSE), "\(uid)")
      }
    }
  }

  @Test func mappedAddressConflictsWithItsPlainForm() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, Self.port))
      let mapped = SocketAddress(LabAddress.loopbackV4.mapped.address, port: Self.port)
      #expect(try BindProbe.quietOutcome(of: BindRequest(.tcp, mapped, uid: 0)) == EADDRINUSE)
      #expect(try BindProbe.quietOutcome(of: BindRequest(.tcp, mapped, options: [.v6Only], uid: 0)) == EINVAL)
    }
  }

  /// A request without the option is dual-stack even if the system default is v6-only.
  @Test(arguments: [0, 1]) func v6OnlyIsAsRequested(_ bindV6Only: Int) async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      try laboratory.namespace.set("net.ipv6.bindv6only", to: bindV6Only)
      _ = try laboratory.tcpListener(on: LabEndpoint(.anyV4, Self.port))
      #expect(try BindProbe.quietOutcome(of: BindRequest(.tcp, "[::]:8080", uid: 0)) == EADDRINUSE)
      #expect(try BindProbe.quietOutcome(of: BindRequest(.tcp, "[::]:8080", options: [.v6Only], uid: 0)) == 0)
    }
  }

  @Test(arguments: [LabAddress.anyV4, .anyV6]) func socketsOnDifferentInterfacesDoNotConflict(_ address: LabAddress)
    async throws
  {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      _ = try laboratory.wire()
      _ = try laboratory.tcpListener(on: LabEndpoint(address, Self.port), options: [.bindToDevice("lo")])
      let (loopback, wire) = (interfaceIndex("lo"), interfaceIndex(Wire.deviceName))
      let local = SocketAddress(address.address, port: Self.port)
      for (interface, expected) in [(0, EADDRINUSE), (loopback, EADDRINUSE), (wire, 0)] {
        let request = BindRequest(.tcp, local, uid: 0, interfaceIndex: interface)
        #expect(try BindProbe.quietOutcome(of: request) == expected, "\(interface)")
      }
      let error = #expect(throws: BindFactError.self) {
        try BindProbe.quietOutcome(of: BindRequest(.tcp, local, uid: 0, interfaceIndex: 9999))
      }
      #expect(error?.code == .unknownInterface)
    }
  }

  @Test func linkLocalAddressNeedsItsInterface() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      _ = try laboratory.wire()
      let local = SocketAddress(Wire.localLinkLocal.address, port: Self.port)
      let wire = interfaceIndex(Wire.deviceName)
      for (scope, expected) in [(0, EINVAL), (wire, 0), (interfaceIndex("lo"), EADDRNOTAVAIL), (9999, ENODEV)] {
        #expect(
          try BindProbe.quietOutcome(of: BindRequest(.tcp, local, uid: 0, scopeID: scope)) == expected, "\(scope)")
      }
    }
  }

  @Test(arguments: [UInt32(0), 1000], [LabAddress.loopbackV4, .loopbackV6])
  func lowPortNeedsTheCapability(_ uid: UInt32, _ address: LabAddress) async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      for (port, may) in [(UInt16(80), true), (80, false), (1024, false)] {
        let local = SocketAddress(address.address, port: port)
        let request = BindRequest(.tcp, local, uid: uid, mayBindPrivilegedPorts: may)
        #expect(try BindProbe.quietOutcome(of: request) == (port == 80 && !may ? EACCES : 0), "\(port) \(may)")
      }
      try laboratory.namespace.set("net.ipv4.ip_unprivileged_port_start", to: 80)
      let local = SocketAddress(address.address, port: 80)
      #expect(try BindProbe.quietOutcome(of: BindRequest(.tcp, local, uid: 1000)) == 0)
    }
  }

  /// The maker of a container's user namespace is privileged in its network even without the capability; the request's
  /// program is not.
  @Test(arguments: [UInt32(0), 1000]) func makerOfTheNamespaceDoesNotPassOnItsPrivilege(_ uid: UInt32) async throws {
    try await Laboratory.withNew { _ in
      let container = try Program(["unshare", "--user", "--map-root-user", "--net", "sleep", "60"], becoming: "sleep")
      defer { container.end() }
      // SAFETY: the call reads the NUL-terminated path and keeps nothing.
      let network = unsafe open("/proc/\(container.pid)/ns/net", O_RDONLY | O_CLOEXEC)
      // The thread enters the namespace and returns at the end of the closure.
      try #require(socklab_namespace_leave(network) == 0)
      for may in [true, false] {
        let request = BindRequest(.tcp, "0.0.0.0:80", uid: uid, mayBindPrivilegedPorts: may)
        #expect(try BindProbe.quietOutcome(of: request) == (may ? 0 : EACCES), "\(may)")
      }
    }
  }

  /// A plain user may ask about a socket that only a privileged user could make.
  @Test(
    arguments: [BindOptions.freebind, .transparent], [LabAddress.v4(198, 51, 100, 1), .v6(0x2001_0db8_00ff_0000, 1)])
  func foreignAddressNeedsAnOption(_ option: BindOptions, _ address: LabAddress) async throws {
    try await Laboratory.withNew { (_: Laboratory) throws in
      let local = SocketAddress(address.address, port: Self.port)
      #expect(try BindProbe.quietOutcome(of: BindRequest(.tcp, local, uid: 1000)) == EADDRNOTAVAIL)
      #expect(try BindProbe.quietOutcome(of: BindRequest(.tcp, local, options: option, uid: 1000)) == 0)
    }
  }

  @Test func exhaustedPortsMatterUnlessNoneIsTaken() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      try laboratory.leaveOnePort(Self.port)
      let request = BindRequest(.tcp, "127.0.0.1:0", uid: 0)
      #expect(try BindProbe.quietOutcome(of: request) == 0)
      _ = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, Self.port))
      #expect(try BindProbe.quietOutcome(of: request) == EADDRINUSE)
      let late = BindRequest(.tcp, "127.0.0.1:0", options: [.bindAddressNoPort], uid: 0)
      #expect(try BindProbe.quietOutcome(of: late) == 0)
    }
  }

  /// A missing privilege of this process is not an answer of bind().
  @Test func unprivilegedCallerGetsAnErrorNamingTheCapability() async throws {
    try await Laboratory.withNew { (_: Laboratory) throws in
      let codes = try LoneThread.run(.unprivileged) { () -> [BindFactError.Code?] in
        let me: UInt32 = 65534
        return [
          Self.failure(BindRequest(.tcp, "127.0.0.1:8080", uid: 1000)),
          Self.failure(BindRequest(.tcp, "127.0.0.1:80", uid: me, mayBindPrivilegedPorts: true)),
          Self.failure(BindRequest(.tcp, "127.0.0.1:8080", options: [.transparent], uid: me)),
          // The capability would make no difference here.
          Self.failure(BindRequest(.tcp, "127.0.0.1:8080", uid: me, mayBindPrivilegedPorts: true)),
          Self.failure(BindRequest(.tcp, "127.0.0.1:80", uid: me)),
        ]
      }
      #expect(codes == [.userRefused, .capabilityMissing, .optionRefused, nil, nil])
    }
  }

  /// A program that has the capability and no other can still ask what a program without it would get.
  @Test func capabilityCanBeGivenUpWithoutBeingRoot() async throws {
    try await Laboratory.withNew { _ in
      let outcomes = try LoneThread.run(.unprivilegedBut(capability: 10)) {
        try [true, false].map { may in
          try BindProbe.quietOutcome(of: BindRequest(.tcp, "127.0.0.1:80", uid: 65534, mayBindPrivilegedPorts: may))
        }
      }
      #expect(outcomes == [0, EACCES])
    }
  }

  @Test func otherProtocolsAreUnsupported() {
    #expect(Self.failure(BindRequest(TransportProtocol(rawValue: 132), "127.0.0.1:8080", uid: 0)) == .unsupported)
  }

  private static func failure(_ request: BindRequest) -> BindFactError.Code? {
    do {
      _ = try BindProbe.quietOutcome(of: request)
      return nil
    } catch {
      return error.code
    }
  }
}

extension Laboratory {
  /// Makes one port the only one that the kernel chooses.
  func leaveOnePort(_ port: UInt16) throws {
    try FileText.write("\(port) \(port)", to: "/proc/sys/net/ipv4/ip_local_port_range")
  }
}

extension SocketOption {
  /// The options that let sockets share a port.
  static func sharing(_ options: BindOptions) -> [SocketOption] {
    (options.contains(.reuseAddress) ? [.reuseAddress] : []) + (options.contains(.reusePort) ? [.reusePort] : [])
  }
}

import Glibc
import SockDiag
import SockDiagTestKit
import SockDiagTesting
import SockDiagWire
import Testing

/// Queries for raw, UDP-Lite, MPTCP and SCTP sockets.
@Suite struct OtherProtocolQueryTests {
  private static func kernel(_ sockets: [InetSocket]) -> SimulatedKernel {
    let kernel = SimulatedKernel(sockets)
    kernel.protocols = [.tcp, .udp, .udpLite, .raw, .mptcp, .sctp, .dccp]
    return kernel
  }

  // MARK: DCCP

  /// A client that has not heard from its server is in a state behind TCP's last.
  @Test(
    arguments: [(.all, 0xe000), (.connected, 0xe000), (.established, 0x6000), (.closeWait, 0x8000), (.listen, 0)]
      as [(SocketStateSet, UInt32)]) func statesOfDCCPBehindThoseOfTCPAreAskedFor(
      _ states: SocketStateSet, _ bits: UInt32
    ) throws
  {
    let kernel = Self.kernel([])
    var inspector = SocketInspector(asking: kernel)
    _ = try inspector.dump(SocketQuery(.dccp, states: states))
    #expect(!kernel.requests.isEmpty)
    #expect(kernel.requests.allSatisfy { $0.states.rawValue & ~0x1fff == bits })
  }

  // MARK: Raw sockets

  private static let pinger = InetSocket.specimen(.raw, .close, local: "0.0.0.0:1") { $0.uid = 33 }
  private static let router = InetSocket.specimen(.raw, .established, local: "10.0.0.1:89", remote: "10.0.0.2:0")
  private static let pinger6 = InetSocket.specimen(.raw, .close, local: "[::]:58")

  /// The kernel reports raw sockets in any state.
  @Test(
    arguments: [
      (SocketStateSet?.none, 3), (.all, 3), (.established, 1), (.close, 2), (.listen, 0), ([.established, .listen], 1),
    ] as [(SocketStateSet?, Int)]) func statesOfRawSocketsAreTestedHere(_ states: SocketStateSet?, _ count: Int) throws
  {
    var inspector = SocketInspector(asking: Self.kernel([Self.pinger, Self.router, Self.pinger6]))
    let dump = try inspector.dump(SocketQuery(.raw, states: states))
    #expect(dump.sockets.count == count)
    #expect(dump.defects.isComplete)
  }

  @Test func rawSocketsAreAskedForByFamily() throws {
    let kernel = Self.kernel([Self.pinger, Self.pinger6])
    var inspector = SocketInspector(asking: kernel)
    #expect(try inspector.dump(SocketQuery(.raw, matching: "sport = :1 or sport = :58")).sockets.count == 2)
    #expect(kernel.requests.map(\.family) == [.inet, .inet6])
    #expect(try inspector.dump(SocketQuery(.raw, matching: "uid = 33")).sockets.map(\.ipProtocol) == [1])
    #expect(try inspector.dump(SocketQuery(.raw, matching: "state close and sport = :58")).sockets.count == 1)
  }

  @Test func rawSocketIsLookedUpByItsIPProtocol() throws {
    let kernel = Self.kernel([Self.pinger, Self.router])
    var inspector = SocketInspector(asking: kernel)
    let found = try inspector.socket(.raw, local: "10.0.0.1:89", remote: "10.0.0.2:0")
    #expect(found?.ipProtocol == 89)
    #expect(kernel.requests.last?.ipProtocol == 89)
    #expect(throws: SockDiagError.self) { try inspector.socket(.raw, local: "10.0.0.1:262") }
  }

  /// The kernel does not compare the cookie, so it would destroy the first socket that fits.
  @Test func anotherRawSocketIsNotDestroyed() throws {
    let twin = Self.pinger.changing { $0.cookie = SocketCookie(rawValue: 2) }
    let mine = Self.pinger.changing { $0.cookie = SocketCookie(rawValue: 1) }
    let log = ScriptedKernel.Log()
    let record = { (socket: InetSocket) in
      ScriptedKernel.Message.record(.sockDiagByFamily, Self.payload(of: socket))
    }
    var reader = InetReader(
      ScriptedKernel(
        [
          // The look-up finds the twin. Then the list has both.
          [.messages([record(twin)])], [.messages([record(twin), record(mine), .done()])],
        ], log: log))
    let error = #expect(throws: SockDiagError.self) { try reader.destroy(mine) }
    #expect(error?.code == .shadowed)
    #expect(log.requests.allSatisfy { $0.form != .destroy })
  }

  @Test func rawSocketThatTheLookUpFindsIsDestroyed() throws {
    let kernel = Self.kernel([Self.pinger, Self.router])
    var inspector = SocketInspector(asking: kernel)
    let socket = try #require(try inspector.dump(SocketQuery(.raw, matching: "sport = :1")).sockets.first)
    try inspector.destroy(socket)
    #expect(kernel.sockets.map(\.ipProtocol) == [89])
    #expect(kernel.requests.suffix(2).map(\.form) == [.get, .destroy])
    #expect(kernel.requests.suffix(2).map(\.ipProtocol) == [1, 1])
    let error = #expect(throws: SockDiagError.self) { try inspector.destroy(socket) }
    #expect(error?.code == .gone)
  }

  // MARK: UDP-Lite

  @Test func udpLiteIsLookedUpLikeUDP() throws {
    let socket = InetSocket.specimen(.udpLite, .established, local: "10.0.0.1:5000", remote: "10.0.0.2:6000")
    let kernel = Self.kernel([socket])
    var inspector = SocketInspector(asking: kernel)
    #expect(try inspector.dump(SocketQuery(.udpLite)).sockets.count == 1)
    #expect(try inspector.socket(.udpLite, local: "10.0.0.1:5000", remote: "10.0.0.2:6000")?.protocol == .udpLite)
    #expect(kernel.requests.last?.local == "10.0.0.2:6000")
  }

  // MARK: MPTCP

  private static let subflow = InetSocket.specimen(local: "10.0.0.1:443", remote: "10.0.0.9:51000") {
    $0.upperLayerProtocol = UpperLayerProtocol()
    $0.upperLayerProtocol?.name = "mptcp"
    $0.upperLayerProtocol?.mptcp = MPTCPSubflow()
    $0.upperLayerProtocol?.mptcp?.localToken = 0x1234_5678
  }
  private static let connection = InetSocket.specimen(.mptcp, local: "10.0.0.1:443", remote: "10.0.0.9:51000") {
    var bytes = [UInt8](repeating: 0, count: 96)
    bytes.replaceSubrange(12..<16, with: [0x78, 0x56, 0x34, 0x12])
    $0.mptcpInfo = MPTCPInfo(bytes: bytes)
  }
  private static let listener = InetSocket.specimen(.mptcp, .listen, local: "0.0.0.0:443")

  @Test func connectionsAreJoinedToTheirSubflows() throws {
    let second = Self.subflow.changing { $0.local = "10.1.0.1:443" }
    let stranger = Self.subflow.changing { $0.upperLayerProtocol?.mptcp?.localToken = 1 }
    let plain = InetSocket.specimen(local: "10.0.0.1:22", remote: "10.0.0.9:51001")
    let kernel = Self.kernel([Self.subflow, plain, stranger, second, Self.connection, Self.listener])
    var inspector = SocketInspector(asking: kernel)
    let connections = try inspector.multipathConnections()
    #expect(connections.map(\.socket.protocol) == [.mptcp])
    #expect(connections.first?.token == 0x1234_5678)
    #expect(connections.first?.subflows.map(\.local) == ["10.0.0.1:443", "10.1.0.1:443"])
    #expect(MultipathConnection.joining([Self.listener], to: [Self.subflow]).first?.subflows == [])
    #expect(try inspector.multipathConnections(matching: .localPort == 1).isEmpty)
  }

  @Test func connectionIsLookedUpByItsToken() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(ScriptedKernel([[.messages([.error(ENOENT)])], [.messages([.done()])]], log: log))
    #expect(try reader.socket(mptcpToken: 0x1234_5678) == nil)
    let request = try #require(log.requests.first)
    #expect(request.form == .get && request.protocol == .mptcp)
    #expect(request.cookie.rawValue == 0x1234_5678)
  }

  @Test func mptcpSocketIsSearchedByItsAddresses() throws {
    var inspector = SocketInspector(asking: Self.kernel([Self.connection, Self.listener]))
    #expect(try inspector.socket(.mptcp, local: "10.0.0.1:443", remote: "10.0.0.9:51000")?.state == .established)
    #expect(try inspector.socket(.mptcp, local: "10.0.0.1:443")?.state == .listen)
    #expect(try inspector.socket(.mptcp, local: "10.0.0.1:80") == nil)
    let socket = try #require(try inspector.dump(SocketQuery(.mptcp)).sockets.first)
    #expect(try inspector.current(socket) == socket)
  }

  @Test(arguments: [TransportProtocol.udpLite, .mptcp, .sctp, .dccp]) func protocolThatCannotBeDestroyedIsNamed(
    transport: TransportProtocol
  ) throws {
    let kernel = Self.kernel([.specimen(transport, local: "10.0.0.1:443", remote: "10.0.0.9:51000")])
    kernel.answer(.destroy, with: .error(EOPNOTSUPP))
    var inspector = SocketInspector(asking: kernel)
    let socket = try #require(kernel.sockets.first)
    let error = #expect(throws: SockDiagError.self) { try inspector.destroy(socket) }
    #expect(error?.code == .undestroyableProtocol)
    #expect(error?.description.contains("only TCP, UDP and raw sockets") == true)
    #expect(error?.description.hasSuffix("end the process that holds it") == true)
  }

  // MARK: SCTP

  private static func association(_ state: SocketState, peer: SocketAddress) -> InetSocket {
    .specimen(.sctp, state, local: "10.0.0.1:1400", remote: peer) {
      $0.cookie = SocketCookie(rawValue: 5)
      $0.localAddresses = ["10.0.0.1:1400"]
      $0.peerAddresses = [peer]
    }
  }
  private static let endpoint = InetSocket.specimen(.sctp, .listen, local: "10.0.0.1:1400") {
    $0.cookie = SocketCookie(rawValue: 5)
    $0.localAddresses = ["10.0.0.1:1400"]
  }
  private static let crowd = [
    endpoint, association(.established, peer: "10.0.0.7:1"), association(.cookieWait, peer: "10.0.0.7:2"),
    association(.shutdownReceived, peer: "10.0.0.8:1"),
    // The kernel reports an endpoint a second time, before its associations.
    endpoint,
  ]

  @Test(
    arguments: [
      (SocketStateSet?.none, 3), (.all, 4), (.listen, 1), (.established, 1), (SocketStateSet(.cookieWait), 1),
      (.synSent, 1), (.closeWait, 1), (.close, 0), (SocketStateSet.synchronized, 2),
    ] as [(SocketStateSet?, Int)]) func eachAssociationIsListedOnce(_ states: SocketStateSet?, _ count: Int) throws
  {
    var inspector = SocketInspector(asking: Self.kernel(Self.crowd))
    let dump = try inspector.dump(SocketQuery(.sctp, states: states))
    #expect(dump.sockets.count == count)
    #expect(dump.defects.isComplete)
  }

  @Test func filterOfSCTPIsEvaluatedHere() throws {
    let kernel = Self.kernel(Self.crowd)
    var inspector = SocketInspector(asking: kernel)
    for (filter, count) in [
      ("dport = :1", 2), ("dport = :1 and dst 10.0.0.8", 1), ("state cookie-wait", 1), ("dport > :1", 1),
      ("state connected and not dport = :1", 1), ("state all", 4), ("sport = :1401", 0), ("not state established", 3),
    ] {
      #expect(try inspector.dump(SocketQuery(.sctp, matching: filter)).sockets.count == count, "\(filter)")
    }
    #expect(kernel.requests.allSatisfy { $0.bytecode.isEmpty })
    #expect(kernel.requests.first?.remote.port == 1)
    #expect(Set(kernel.requests.map(\.states)).isSubset(of: [[.listen, .established], .established, .listen]))
  }

  @Test func associationIsFoundAgainAmongThoseOfItsEndpoint() throws {
    var inspector = SocketInspector(asking: Self.kernel(Self.crowd))
    let wanted = Self.association(.shutdownReceived, peer: "10.0.0.8:1")
    #expect(try inspector.current(wanted)?.remote == "10.0.0.8:1")
    #expect(try inspector.current(Self.endpoint)?.state == .listen)
    #expect(try inspector.socket(.sctp, local: "10.0.0.1:1400")?.state == .listen)
    #expect(try inspector.current(Self.association(.established, peer: "10.0.0.9:1")) == nil)
  }

  // MARK: Values of BPF programs

  @Test func valuesOfProgramsAreAskedForOnlyOnRequest() throws {
    let socket = InetSocket.specimen(.tcp, .listen, local: "10.0.0.1:80") {
      $0.storages = [SocketStorage(mapID: 3, value: [1, 2])]
    }
    let kernel = Self.kernel([socket])
    var inspector = SocketInspector(asking: kernel)
    var query = SocketQuery(.tcp, states: .listen)
    #expect(try inspector.dump(query).sockets.first?.storages == [])
    query.includesStorages = true
    #expect(try inspector.dump(query).sockets.first?.storages == [SocketStorage(mapID: 3, value: [1, 2])])
    #expect(kernel.requests.map(\.storages) == [nil, []])
    kernel.answer(.dump, with: .error(EPERM))
    let error = #expect(throws: SockDiagError.self) { try inspector.dump(query) }
    #expect(error?.code == .storagesForbidden)
    #expect(error?.description.hasSuffix("run as root or with the capability CAP_BPF") == true)
  }

  /// The record as the kernel would send it.
  private static func payload(of socket: InetSocket) -> [UInt8] {
    let cookie = socket.cookie?.rawValue ?? 0
    var bytes = NetlinkBytes()
    bytes.bytes = [2, socket.state.rawValue, 0, 0]
    bytes.append(socket.local.port.bigEndian)
    bytes.append(socket.remote.port.bigEndian)
    bytes.bytes += socket.local.address.bytes + [UInt8](repeating: 0, count: 12)
    bytes.bytes += socket.remote.address.bytes + [UInt8](repeating: 0, count: 12)
    for number in [0, UInt32(cookie), 0, 0, 0, 0, 0, socket.inode] { bytes.append(number) }
    return bytes.bytes + NetlinkBytes.attribute(10, [UInt8(truncatingIfNeeded: socket.local.port)])
  }
}

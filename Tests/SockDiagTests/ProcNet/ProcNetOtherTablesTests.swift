import SockDiag
import SockDiagWire
import Testing

/// The tables of raw sockets and of UDP-Lite.
@Suite struct ProcNetOtherTablesTests {
  private static let recorded = ProcNetSample.root("linux-6.18")

  private static func sockets(_ transport: TransportProtocol, _ states: SocketStateSet = .all) throws -> [InetSocket] {
    var faults: [SockDiagError] = []
    let dump = try ProcNet.dump(SocketQuery(transport, states: states), root: recorded) { faults.append($0) }
    #expect(faults.isEmpty)
    #expect(dump.defects == .complete)
    #expect(dump.sockets.allSatisfy { $0.protocol == transport && $0.source == .procNet && $0.cookie == nil })
    return dump.sockets
  }

  @Test func localPortOfARawSocketIsItsIPProtocol() throws {
    let sockets = try Self.sockets(.raw)
    #expect(sockets.map(\.ipProtocol) == [89, 1, 89, 58])
    #expect(sockets.map(\.localText) == ["127.0.0.1:ospf", "0.0.0.0:icmp", "[::1]:ospf", "[::]:ipv6-icmp"])
    #expect(sockets.map(\.remoteText) == ["127.0.0.1:*", "*", "*", "*"])
    #expect(sockets.map(\.state) == [.established, .close, .close, .close])
    #expect(sockets.map(\.drops) == [0, 0, 0, 0])
    #expect(sockets.map(\.inode) == [39_127_425, 39_127_424, 39_127_427, 39_127_426])
    #expect(try Self.sockets(.raw, .established).count == 1)
  }

  @Test func udpLiteIsReadLikeUDP() throws {
    let sockets = try Self.sockets(.udpLite)
    #expect(sockets.map(\.local) == ["127.0.0.1:5000", "127.0.0.1:5001", "[::1]:5002"])
    #expect(sockets.map(\.remote.port) == [0, 5000, 0])
    #expect(sockets.map(\.receiveQueue) == [0x500, 0, 0])
    #expect(sockets.map(\.drops) == [0, 0, 0])
    #expect(sockets.allSatisfy { $0.ipProtocol == nil })
  }

  @Test(arguments: [TransportProtocol.mptcp, .sctp, .dccp]) func otherProtocolsHaveNoTable(
    transport: TransportProtocol
  ) throws {
    let error = try #require(throws: SockDiagError.self) { try ProcNet.dump(SocketQuery(transport)) }
    #expect(error.code == .procNet)
    #expect(error.description.contains("the protocol \(transport) from /proc/net, which has no such table"))
  }

  @Test func remarkNamesTheModuleAndWhatTheTableLacks() {
    let error = SockDiagError(.missingProtocolHandler, operation: "dump sockets")
    let remark = error.remarkOnSubstitution(for: .raw)
    #expect(remark.contains("no sock_diag handler for raw, so /proc/net/raw was read"))
    #expect(remark.hasSuffix("it lacks cookies, interfaces and IPV6_V6ONLY; load the module raw_diag"))
    #expect(error.remarkOnSubstitution(for: .udpLite).hasSuffix("load the module udp_diag"))
    let forbidden = SockDiagError(.netlinkForbidden, operation: "open a netlink socket")
    for (transport, table) in [(TransportProtocol.raw, "raw"), (.udpLite, "udplite")] {
      let remark = forbidden.remarkOnSubstitution(for: transport)
      #expect(remark.contains("so /proc/net/\(table) was read; it lacks cookies") && !remark.contains("TCP"))
    }
    // One sentence for the list of both.
    #expect(forbidden.remarkOnSubstitution(for: .udp) == forbidden.remarkOnSubstitution(for: .tcp))
  }
}

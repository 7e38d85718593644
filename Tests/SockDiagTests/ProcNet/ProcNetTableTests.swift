import Foundation
import SockDiag
import SockDiagWire
import Testing

/// The tables of netlink and packet sockets.
@Suite struct ProcNetTableTests {
  private static let netlink = """
    sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
    000000009fcbe1a6 0   0          00000000 0        0        0     2        0        4       
    (____ptrval____) 15  -4123      00000002 512      768      0     2        7        4242    
    0000000000000000 16  4294963172 80000001 0        0        0     3        4294967295 4294967295

    """
  private static let packet = """
    sk               RefCnt Type Proto  Iface R Rmem   User   Inode
    000000009fcbe1a6 3      3    0003   2     1 512    1000   31337 
    000000009fcbe1a7 3      2    88cc   -1    0 0      0      31338 

    """

  private struct Reading<Socket: Equatable>: Equatable {
    var sockets: [Socket] = []
    var faults: [String] = []
    var defects = DumpDefects.complete
  }

  private func readNetlink(_ text: String) throws -> Reading<NetlinkSocket> {
    let proc = try FakeProc(["thread-self/net/netlink": text])
    var reading = Reading<NetlinkSocket>()
    reading.defects = try ProcNet.netlinkSockets(
      root: proc.root, onFault: { reading.faults.append($0.wireError?.description ?? "") }
    ) {
      reading.sockets.append($0)
      return .continue
    }
    return reading
  }

  private func readPacket(_ text: String) throws -> Reading<PacketSocket> {
    let proc = try FakeProc(["thread-self/net/packet": text])
    var reading = Reading<PacketSocket>()
    reading.defects = try ProcNet.packetSockets(
      root: proc.root, onFault: { reading.faults.append($0.wireError?.description ?? "") }
    ) {
      reading.sockets.append($0)
      return .continue
    }
    return reading
  }

  @Test func netlinkRowsAreRead() throws {
    let reading = try readNetlink(Self.netlink)
    #expect(reading.faults.isEmpty && reading.defects.isComplete)
    #expect(reading.sockets.map(\.protocol.rawValue) == [0, 15, 16])
    #expect(reading.sockets.map(\.portID) == [0, 4_294_963_173, 4_294_963_172])
    #expect(reading.sockets.map(\.groups) == [nil, [2], [1, 32]])
    #expect(reading.sockets.map(\.inode) == [4, 4242, .max])
    #expect(
      reading.sockets.map(\.queues) == [
        .bytes(received: 0, unsent: 0), .bytes(received: 512, unsent: 768), .bytes(received: 0, unsent: 0),
      ])
    #expect(reading.sockets.map(\.procNet?.drops) == [0, 7, 4_294_967_295])
    #expect(reading.sockets.allSatisfy { $0.source == .procNet && $0.cookie == nil && $0.memory == nil })
  }

  @Test func packetRowsAreRead() throws {
    let reading = try readPacket(Self.packet)
    #expect(reading.faults.isEmpty && reading.defects.isComplete)
    #expect(reading.sockets.map(\.type) == [.raw, .datagram])
    #expect(reading.sockets.map(\.protocol.rawValue) == [3, 0x88cc])
    #expect(reading.sockets.map(\.interfaceIndex) == [2, 0])
    #expect(reading.sockets.map(\.hasLostInterface) == [false, true])
    #expect(reading.sockets.map(\.procNet?.isRunning) == [true, false])
    #expect(reading.sockets.map(\.procNet?.receiveAllocated) == [512, 0])
    #expect(reading.sockets.map(\.uid) == [1000, 0])
    #expect(reading.sockets.map(\.inode) == [31337, 31338])
    #expect(reading.sockets.allSatisfy { $0.source == .procNet && $0.info == nil && $0.queues == nil })
  }

  @Test func rowsSurviveJSON() throws {
    for socket in try readNetlink(Self.netlink).sockets {
      #expect(try JSONDecoder().decode(NetlinkSocket.self, from: JSONEncoder().encode(socket)) == socket)
    }
    for socket in try readPacket(Self.packet).sockets {
      #expect(try JSONDecoder().decode(PacketSocket.self, from: JSONEncoder().encode(socket)) == socket)
    }
  }

  @Test func damagedLineIsReportedAndTheOthersAreRead() throws {
    let lines = Self.netlink.split(separator: "\n").map(String.init)
    for (line, expectation) in [
      ("junk", "line 3, Eth: expected a decimal number of 16 bits, found the end of the line"),
      ("0 65536 0 00000000 0 0 0 2 0 4", #"line 3, Eth: expected a decimal number of 16 bits, found "65536""#),
      (
        "0 0 4294967296 00000000 0 0 0 2 0 4", #"line 3, Pid: expected a decimal number of 32 bits, found "4294967296""#
      ),
      ("0 0 0 0000000g 0 0 0 2 0 4", #"line 3, Groups: expected 8 hexadecimal digits, found "0000000g""#),
      ("0 0 0 00000000 -1 0 0 2 0 4", #"line 3, Rmem: expected a decimal number of 32 bits, found "-1""#),
      (
        "0 0 0 00000000 0 0 0 2 0",
        "line 3, inode: expected a decimal number and a blank after it, found the end of the line"
      ),
    ] {
      let reading = try readNetlink((lines.prefix(2) + [line] + lines.dropFirst(2)).joined(separator: "\n") + "\n")
      #expect(reading.sockets.map(\.inode) == [4, 4242, .max])
      #expect(reading.faults.count == 1 && reading.faults.first?.hasSuffix(expectation) == true, "\(reading.faults)")
      #expect(reading.defects == .malformed)
    }
  }

  /// The last row may be cut in its inode.
  @Test func tableMayEndAtAnyByte() throws {
    let bytes = Array(Self.netlink.utf8)
    let whole = try readNetlink(Self.netlink).sockets
    for count in 0..<bytes.count {
      let reading = try readNetlink(String(decoding: bytes.prefix(count), as: UTF8.self))
      #expect(reading.sockets.elementsEqual(whole.prefix(reading.sockets.count)), "\(count) bytes")
      #expect(reading.faults.count <= 1)
    }
  }

  @Test func longLineIsAFault() throws {
    let long = String(repeating: "x", count: 10_000)
    let reading = try readNetlink(Self.netlink + long + "\n" + Self.netlink.split(separator: "\n")[1] + "\n")
    #expect(reading.sockets.map(\.inode).contains(4242) && reading.defects == .malformed)
    #expect(reading.faults.allSatisfy { $0.count < 200 })
  }

  @Test func missingTableIsAnError() throws {
    let proc = try FakeProc([String: String]())
    #expect(throws: SockDiagError.self) { try ProcNet.netlinkSockets(root: proc.root) { _ in .continue } }
    #expect(throws: SockDiagError.self) { try ProcNet.packetSockets(root: proc.root) { _ in .continue } }
  }

  @Test func familyWithoutATableHasNoAnswer() throws {
    let query = FamilyQuery<VSock>(VSockSocketRequest())
    #expect(try ProcNet.forEach(query, root: "/nonexistent") { _ in .continue } == nil)
  }

  /// The table and sock_diag list the same sockets of the running kernel.
  @Test func tableHasTheSocketsOfSockDiag() throws {
    var inspector = try SocketInspector()
    guard inspector.refusal == nil else { return }
    // Other programs come and go.
    for attempt in 1...20 {
      let before = try inspector.dump(FamilyQuery<Netlink>(NetlinkSocketRequest())).sockets
      var table: [NetlinkSocket] = []
      _ = try ProcNet.netlinkSockets {
        table.append($0)
        return .continue
      }
      let key = { (socket: NetlinkSocket) in "\(socket.protocol) \(socket.portID) \(socket.inode)" }
      if Set(before.map(key)) == Set(table.map(key)) { return }
      #expect(attempt < 20, "the lists differ")
    }
  }
}

import Foundation
import SockDiagTestKit
import SockDiagWire
import Testing

/// Each capture from a real kernel decodes to its golden, which a person has checked.
@Suite struct GoldenTests {
  static let captures =
    Fixtures.files(below: "captures", withExtension: "pcap") + Fixtures.files(below: "captures", withExtension: "ss-D")

  @Test func capturesExist() { #expect(Self.captures.count > 100) }

  @Test(arguments: captures) func captureDecodesToItsGolden(_ file: URL) throws {
    let bytes = try Fixtures.bytes(file)
    let (sockets, summary) = try CaptureDecoder.sockets(in: bytes.span)
    #expect(summary.failure == nil)
    #expect(summary.faults.isEmpty)
    #expect(summary.dumpsUnfinished == 0)
    #expect(!sockets.isEmpty)
    #expect(sockets.allSatisfy { Self.unknownAttributes(of: $0) == [] })

    var text: [UInt8] = []
    for socket in sockets {
      socket.appendJSON(to: &text)
      text.append(UInt8(ascii: "\n"))
    }
    let isPcap = file.pathExtension == "pcap"
    let golden = (isPcap ? file.deletingPathExtension() : file).appendingPathExtension("ndjson")
    if Fixtures.isRecording {
      try Data(text).write(to: golden)
      Issue.record("recorded \(golden.lastPathComponent); look at it, then run without SOCKDIAG_RECORD")
    } else {
      let recorded = String(decoding: try Fixtures.bytes(golden), as: UTF8.self).split(separator: "\n")
      let decoded = String(decoding: text, as: UTF8.self).split(separator: "\n")
      #expect(recorded.count == decoded.count)
      for (recorded, decoded) in zip(recorded, decoded) { #expect(decoded == recorded) }
    }
  }

  /// `nil` for a family that is not decoded.
  private static func unknownAttributes(of socket: CapturedSocket) -> [UnknownAttribute]? {
    switch socket {
    case .inet(let socket): socket.unknownAttributes
    case .netlink(let socket): socket.unknownAttributes
    case .unix(let socket): socket.unknownAttributes
    case .packet(let socket): socket.unknownAttributes
    case .vsock(let socket): socket.unknownAttributes
    case .xdp(let socket): socket.unknownAttributes
    case .tipc(let socket): socket.unknownAttributes + socket.unknownMessageAttributes
    case .smc(let socket): socket.unknownAttributes
    case .unknown: nil
    }
  }

  /// The output of `ss -D`, recorded with a capture of the same sockets: both families, one after the other.
  @Test func ssStreamHoldsTheSocketsOfTheCapture() throws {
    let capture = try Self.sockets("crowd.pcap").filter { $0.protocol == .tcp && $0.state != .boundInactive }
    let stream = try Self.sockets("crowd.ss-D")
    #expect(Set(stream.map(\.family)) == [.inet, .inet6])
    #expect(Set(stream.map(\.cookie)) == Set(capture.map(\.cookie)))
    #expect(stream.count == capture.count)
  }

  private static func sockets(_ name: String) throws -> [InetSocket] {
    guard let file = captures.first(where: { $0.lastPathComponent == name }) else { return [] }
    let bytes = try Fixtures.bytes(file)
    return try CaptureDecoder.sockets(in: bytes.span).sockets.compactMap(\.inet)
  }

  /// The library reads back the JSON that it writes.
  @Test(arguments: captures) func jsonDecodesToTheSameSockets(_ file: URL) throws {
    let bytes = try Fixtures.bytes(file)
    for socket in try CaptureDecoder.sockets(in: bytes.span).sockets {
      var text: [UInt8] = []
      socket.appendJSON(to: &text)
      switch socket {
      case .inet(let socket) where socket.md5Keys.isEmpty:
        #expect(try JSONDecoder().decode(InetSocket.self, from: Data(text)) == socket)
      case .netlink(let socket): #expect(try JSONDecoder().decode(NetlinkSocket.self, from: Data(text)) == socket)
      case .unix(let socket): #expect(try JSONDecoder().decode(UnixSocket.self, from: Data(text)) == socket)
      case .packet(let socket): #expect(try JSONDecoder().decode(PacketSocket.self, from: Data(text)) == socket)
      case .vsock(let socket): #expect(try JSONDecoder().decode(VSockSocket.self, from: Data(text)) == socket)
      case .xdp(let socket): #expect(try JSONDecoder().decode(XDPSocket.self, from: Data(text)) == socket)
      case .tipc(let socket): #expect(try JSONDecoder().decode(TIPCSocket.self, from: Data(text)) == socket)
      case .smc(let socket): #expect(try JSONDecoder().decode(SMCSocket.self, from: Data(text)) == socket)
      // Keys are secret, so they are not written.
      case .inet: break
      case .unknown: Issue.record("a record of an unknown family")
      }
    }
  }
}

import Foundation
import SockDiagTestKit
import SockDiagWire
import Testing

/// A socket as JSON: written directly, written by an encoder, and read back.
@Suite struct JSONTests {
  /// The kernel leaves five bits of the eighth byte 0, and no member contains them.
  static func tcpInfo(_ count: Int) -> [UInt8] {
    var payload = TCPInfoTests.payload(count)
    payload[7] &= 7
    return payload
  }

  /// Sockets that together have everything that TCP and UDP can carry.
  static let messages: [MessageBuilder] = [
    .socket(),
    .socket(.timeWait, timer: (3, 0), expires: 59_000, uid: 0, inode: 0),
    .socket(.synReceived, timer: (1, 2), expires: 1000, uid: 0, inode: 0),
    .socket(.close, uid: 0, inode: 0).attribute(10, [6]).attribute(2, tcpInfo(280)),
    .socket(.close, family: 10, local: "[::1]:53", remote: "[::]:0", uid: 0, inode: 0).attribute(10, [17]),
    .socket(.listen, family: 10, local: "[::]:80", remote: "[::]:0", queues: (0, 4096)).attribute(11, [0])
      .attribute(8, [0]).attribute(21, UInt64.max.memory).attribute(22, [0xff, 0x07]).attribute(15, .max),
    .socket(family: 10, local: "[::ffff:192.0.2.1]:22", remote: "[::ffff:192.0.2.2]:22", interface: 3, cookie: .max)
      .attribute(11, [1]),
    .socket(SocketState(rawValue: 99), timer: (77, 255), expires: .max, uid: .max, inode: .max),
    .socket().attribute(2, tcpInfo(280)).attribute(4, Array("cubic\0".utf8)).attribute(5, [1])
      .attribute(6, [2]).attribute(17, 3).attribute(1, 1, 2, 3, 4).attribute(7, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    .socket().attribute(2, tcpInfo(104)).attribute(7, 1, 2, 3, 4, 5, 6, 7),
    .socket().attribute(2, tcpInfo(320)).attribute(7, 1, 2, 3, 4, 5, 6, 7, 8),
    .socket().attribute(3, 1, 2, 3, 4),
    .socket().attribute(9, [1, 0, 2, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0]),
    .socket().attribute(16, .max, .max, 3, 4, 5),
    .socket().attribute(999, [0xde, 0xad]).attribute(20, []),
    .socket().attribute(4, Array("\"\\\n\u{7f}é\0".utf8)),
    .socket().nest(
      19,
      [
        MessageBuilder.attribute(1, Array("tls\0".utf8)),
        MessageBuilder.attribute(
          2,
          MessageBuilder.attribute(1, [4, 3]) + MessageBuilder.attribute(2, [51, 0])
            + MessageBuilder.attribute(3, [2, 0]) + MessageBuilder.attribute(4, [2, 0])
            + MessageBuilder.attribute(5, []) + MessageBuilder.attribute(6, []) + MessageBuilder.attribute(7, [0, 64])),
      ]),
    .socket().nest(
      19,
      [
        MessageBuilder.attribute(
          3,
          (1...3).flatMap { MessageBuilder.attribute($0, UInt32(1).memory) }
            + MessageBuilder.attribute(4, UInt64.max.memory)
            + (5...6).flatMap { MessageBuilder.attribute($0, UInt32.max.memory) }
            + MessageBuilder.attribute(7, [1, 2]) + MessageBuilder.attribute(8, UInt32(7).memory)
            + MessageBuilder.attribute(9, [1]) + MessageBuilder.attribute(10, [2]))
      ]),
  ]

  private func handWritten(_ socket: InetSocket) -> Data {
    var text: [UInt8] = []
    socket.appendJSON(to: &text)
    return Data(text)
  }

  private func object(_ data: Data) throws -> NSDictionary {
    try #require(try JSONSerialization.jsonObject(with: data) as? NSDictionary)
  }

  @Test(arguments: messages.indices) func bothWritersWriteTheSame(index: Int) throws {
    let socket = try decode(Self.messages[index])
    let encoded = try JSONEncoder().encode(socket)
    #expect(try object(handWritten(socket)) == object(encoded))
  }

  @Test(arguments: messages.indices) func writtenJSONIsReadBack(index: Int) throws {
    for `protocol`: TransportProtocol in [.tcp, .udp, .unspecified] {
      let socket = try decode(Self.messages[index], as: `protocol`)
      let readBack = try JSONDecoder().decode(InetSocket.self, from: handWritten(socket))
      #expect(readBack == socket)
    }
  }

  @Test func jsonIsAppendedToExistingText() throws {
    var text = Array("[".utf8)
    try decode(.socket()).appendJSON(to: &text)
    #expect(String(decoding: text, as: UTF8.self).hasPrefix("[{\"protocol\":\"tcp\","))
  }

  @Test func absentFieldsAreAbsentInJSON() throws {
    let keys = try object(handWritten(decode(.socket()))).allKeys.compactMap { $0 as? String }
    #expect(
      Set(keys) == [
        "protocol", "family", "state", "local", "remote", "cookie", "uid", "inode", "receive_queue", "send_queue",
      ])
    let minisocket = try object(handWritten(decode(.socket(.timeWait, timer: (3, 0), uid: 0, inode: 0))))
    #expect(minisocket["uid"] == nil)
  }

  @Test func cookiesAreStrings() throws {
    let socket = try object(handWritten(decode(.socket(cookie: .max))))
    #expect(socket["cookie"] as? String == "18446744073709551615")
  }

  @Test func md5KeysAreNeverWritten() throws {
    let entry: [UInt8] = [2, 32, 4, 0] + [UInt8](repeating: 0, count: 16) + Array("s3cr".utf8)
    let socket = try decode(.socket().attribute(18, entry + [UInt8](repeating: 0, count: 76)))
    #expect(socket.md5Keys.map(\.key) == [Array("s3cr".utf8)])
    let text = String(decoding: handWritten(socket), as: UTF8.self)
    #expect(!text.contains("s3cr") && !text.contains("73336372"))
    #expect(text.contains("\"key_bytes\":4"))
    let readBack = try JSONDecoder().decode(InetSocket.self, from: handWritten(socket))
    #expect(readBack.md5Keys.map(\.key) == [[]])
    #expect(readBack.md5Keys.map(\.address) == socket.md5Keys.map(\.address))
  }

  /// For any bytes from a peer: JSON that is read and written again does not change any more.
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func repeatedReadingAndWritingIsStable(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      var message = MessageBuilder.socket()
      message.payload = generator.bytes(72)
      for _ in 0..<Int.random(in: 0..<4, using: &generator) {
        let type = UInt16.random(in: 1...23, using: &generator)
        // Nests of random bytes are faults, which have their own tests.
        if [18, 19, 20].contains(type) { continue }
        message = message.attribute(type, generator.bytes(Int.random(in: 0..<40, using: &generator)))
      }
      let protocols: [TransportProtocol] = [.tcp, .udp, .mptcp, .sctp, .dccp, .raw, .unspecified]
      let socket = try decode(message, as: protocols.randomElement(using: &generator) ?? .tcp)
      let once = handWritten(socket)
      let twice = try handWritten(JSONDecoder().decode(InetSocket.self, from: once))
      #expect(once == twice)
    }
  }
}

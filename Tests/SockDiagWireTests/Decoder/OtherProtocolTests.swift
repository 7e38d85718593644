import Foundation
import SockDiagWire
import Testing

/// Raw and DCCP sockets, and values of BPF programs.
@Suite struct OtherProtocolTests {
  // MARK: Raw sockets

  @Test func rawSocketHasAnIPProtocolInPlaceOfAPort() throws {
    let message = MessageBuilder.socket(.close, local: "0.0.0.0:1", remote: "0.0.0.0:0").attribute(10, [1])
    let socket = try decode(message, as: .raw)
    #expect(socket.protocol == .raw && socket.netID == "raw")
    #expect(socket.ipProtocol == 1)
    #expect(socket.uid == 1000)
    #expect(socket.localText == "0.0.0.0:icmp")
    #expect(socket.remoteText == "*")
    #expect(!socket.isConnectionOriented)
    // The attribute shows the protocol where the capture has no request.
    #expect(try decode(message, as: .unspecified) == socket)
  }

  @Test(
    arguments: [
      (58, "[::]:ipv6-icmp"), (89, "[::]:ospf"), (255, "[::]:255"), (262, "[::]:262"), (132, "[::]:sctp"),
    ] as [(UInt16, String)]) func ipProtocolHasTheNameOfEtcProtocols(_ number: UInt16, _ text: String) throws
  {
    // A raw socket of IPv6 never receives IPv4, whatever IPV6_V6ONLY says.
    let message = MessageBuilder.socket(
      .close, family: 10, local: SocketAddress(.anyV6, port: number), remote: "[::]:0"
    ).attribute(11, [0]).attribute(10, [UInt8(truncatingIfNeeded: number)])
    #expect(try decode(message, as: .raw).localText == text)
  }

  @Test func connectedRawSocketHasAPeerWithoutPort() throws {
    let socket = try decode(.socket(local: "[::1]:89", remote: "[::1]:0").attribute(10, [89]), as: .raw)
    #expect(
      socket.localText == "192.0.2.1:ospf" || socket.remoteText == "198.51.100.7:*" || socket.state == .established)
    let v6 = try decode(
      .socket(family: 10, local: "[::1]:89", remote: "[2001:db8::1]:0").attribute(10, [89]), as: .raw)
    #expect(v6.localText == "[::1]:ospf")
    #expect(v6.remoteText == "[2001:db8::1]:*")
  }

  @Test func recordOfADestroyedSocketIsNotARawSocket() throws {
    let message = MessageBuilder.socket(.close, local: "192.0.2.1:6", uid: 0, inode: 0).attribute(10, [6])
    let socket = try decode(message, as: .unspecified)
    #expect(socket.protocol == .tcp)
    #expect(socket.uid == nil)
  }

  @Test func rawSocketSurvivesJSON() throws {
    let socket = try decode(.socket(.close, local: "0.0.0.0:1", remote: "0.0.0.0:0").attribute(10, [1]), as: .raw)
    var text: [UInt8] = []
    socket.appendJSON(to: &text)
    #expect(String(decoding: text, as: UTF8.self).contains("\"ip_protocol\":1,"))
    #expect(try JSONDecoder().decode(InetSocket.self, from: Data(text)) == socket)
  }

  // MARK: DCCP

  @Test(
    arguments: [
      (1, .established), (2, .synSent), (7, .boundInactive), (10, .listen), (13, .established), (14, .established),
      (15, .closeWait), (16, SocketState(rawValue: 16)),
    ] as [(UInt8, SocketState)]) func statesOfDCCPBehindThoseOfTCPAreTranslated(
      _ number: UInt8, _ state: SocketState
    ) throws
  {
    #expect(try decode(.socket(SocketState(rawValue: number)), as: .dccp).state == state)
  }

  @Test func dccpHasTheStructureOfTCP() throws {
    let socket = try decode(.socket().attribute(2, [UInt8](repeating: 3, count: 232)), as: .dccp)
    #expect(socket.tcpInfo?.byteCount == 232)
    #expect(socket.tcpInfo?.unansweredRetransmits == 3)
  }

  // MARK: Values of BPF programs

  private static func storage(_ id: UInt32, _ value: [UInt8], padded: Bool = false) -> [UInt8] {
    let padding = padded ? MessageBuilder.attribute(1, []) : []
    return MessageBuilder.attribute(
      1 | 0x8000, MessageBuilder.attribute(2, id.memory) + padding + MessageBuilder.attribute(3, value))
  }

  @Test func valuesAreKeptWithTheNumbersOfTheirMaps() throws {
    let long = [UInt8](repeating: 0xab, count: 4000)
    let message = MessageBuilder.socket().nest(
      20, [Self.storage(7, [1, 2, 3, 4], padded: true), Self.storage(.max, long), Self.storage(9, [])])
    for transport in [TransportProtocol.tcp, .udp, .raw, .mptcp] {
      let socket = try decode(message, as: transport)
      #expect(
        socket.storages == [
          SocketStorage(mapID: 7, value: [1, 2, 3, 4]), SocketStorage(mapID: .max, value: long),
          SocketStorage(mapID: 9, value: []),
        ])
      #expect(socket.unknownAttributes.isEmpty)
      var text: [UInt8] = []
      socket.appendJSON(to: &text)
      #expect(try JSONDecoder().decode(InetSocket.self, from: Data(text)) == socket)
    }
    let native = PcapBuilder().request(.request(.tcp)).packet(message, .done()).bytes
    let foreign = try decodeCapture(BigEndianWriter.capture(native)).sockets
    #expect(try foreign == decodeCapture(native).sockets)
    #expect(foreign.first?.storages.count == 3)
  }

  @Test func nestWithAnythingElseIsKeptVerbatim() throws {
    let nests: [[UInt8]] = [
      MessageBuilder.attribute(2, Self.storage(7, [1])),
      MessageBuilder.attribute(1, MessageBuilder.attribute(2, UInt32(7).memory)),
      MessageBuilder.attribute(1, MessageBuilder.attribute(3, [1])),
      MessageBuilder.attribute(1, MessageBuilder.attribute(2, [7]) + MessageBuilder.attribute(3, [1])),
      MessageBuilder.attribute(
        1,
        MessageBuilder.attribute(2, UInt32(7).memory) + MessageBuilder.attribute(3, [1])
          + MessageBuilder.attribute(4, [1])),
    ]
    for nest in nests {
      let socket = try decode(.socket().attribute(20, nest))
      #expect(socket.storages.isEmpty)
      #expect(socket.unknownAttributes == [UnknownAttribute(type: 20, payload: nest)])
    }
  }

  @Test func cutNestIsAFaultThatLeavesTheOtherAttributes() throws {
    let nest = Self.storage(7, [1, 2, 3, 4])
    for count in 1..<nest.count {
      let message = MessageBuilder.socket().attribute(20, Array(nest.prefix(count))).attribute(5, [9])
      let (socket, fault) = try decodeWithFault(message)
      #expect(fault?.code == .attributeLength, "\(count) bytes")
      #expect(socket.typeOfService == 9)
      #expect(socket.storages.isEmpty)
    }
  }

  // MARK: Requests

  @Test(arguments: [AddressFamily.inet, nil]) func requestForValuesIsAnEmptyNest(family: AddressFamily?) throws {
    var request = InetRequest(.dump, .tcp, family)
    request.storages = []
    var message: [UInt8] = []
    try request.encode(sequence: 1, into: &message)
    #expect(Array(message.suffix(4)) == [4, 0, 2, 0x80])
    var cursor = NetlinkCursor(0..<message.count)
    let decoded = try #require(try cursor.next(in: message.span))
    #expect(try InetRequest(decoded, in: message.span) == request)
  }

  @Test func requestForARawSocketNamesItsIPProtocol() throws {
    var request = InetRequest(.get, .raw, .inet)
    request.ipProtocol = 89
    request.cookie = SocketCookie(rawValue: 7)
    var message: [UInt8] = []
    try request.encode(sequence: 1, into: &message)
    #expect(Array(message[16..<20]) == [2, 255, 0, 89])
    var cursor = NetlinkCursor(0..<message.count)
    let decoded = try #require(try cursor.next(in: message.span))
    #expect(try InetRequest(decoded, in: message.span) == request)
  }
}

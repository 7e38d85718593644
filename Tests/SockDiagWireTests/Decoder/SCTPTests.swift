import Foundation
import SockDiagWire
import Testing

/// Endpoints and associations of SCTP.
@Suite struct SCTPTests {
  /// An address as `struct sockaddr_storage`.
  static func storage(_ address: SocketAddress) -> [UInt8] {
    let isV6 = address.address.family == .inet6
    let bytes =
      UInt16(address.address.family.rawValue).memory + address.port.bigEndian.memory
      + (isV6 ? UInt32(0).memory : []) + address.address.bytes
    return bytes + [UInt8](repeating: 0, count: 128 - bytes.count)
  }

  /// `struct sctp_info` of an association: bytes that all differ, with an address on the primary path.
  static func associationInfo(_ count: Int = 368) -> [UInt8] {
    var bytes = (0..<368).map { UInt8(truncatingIfNeeded: $0 * 5 + 1) }
    bytes.replaceSubrange(168..<296, with: storage("192.0.2.7:1400"))
    // What the kernel leaves empty: the fragmentation point, the frequency of acknowledgements, reserved bytes, and the
    // options of endpoints.
    for range in [20..<24, 54..<56, 324..<328, 342..<368] {
      for index in range { bytes[index] = 0 }
    }
    return Array((bytes + [9, 8, 7]).prefix(count))
  }

  static func association(_ state: UInt8, timer: UInt8 = 0) -> MessageBuilder {
    MessageBuilder.socket(
      SocketState(rawValue: state), timer: (timer, 2), local: "192.0.2.1:1400", remote: "192.0.2.7:1400",
      expires: 1500, queues: (17, 4)
    ).attribute(12, storage("192.0.2.1:1400") + storage("[2001:db8::1]:1400"))
      .attribute(13, storage("192.0.2.7:1400") + storage("[2001:db8::7]:1400"))
  }

  // MARK: Records

  @Test(
    arguments: [
      (0, .close), (1, .cookieWait), (2, .cookieEchoed), (3, .established), (4, .shutdownPending), (5, .shutdownSent),
      (6, .shutdownReceived), (7, .shutdownAcknowledged),
    ] as [(UInt8, SocketState)]) func associationHasTheStatesOfSCTP(_ number: UInt8, _ state: SocketState) throws
  {
    let socket = try decode(Self.association(number), as: .sctp)
    #expect(socket.state == state)
    #expect(socket.isAssociation)
    #expect(socket.queues == .bytes(received: 17, unsent: 4))
  }

  @Test func unknownStateOfAnAssociationIsNotTakenForOneOfTCP() throws {
    #expect(try decode(Self.association(8), as: .sctp).state.description == "136")
    #expect(try decode(Self.association(255), as: .sctp).state.description == "255")
  }

  @Test func endpointHasTheStatesOfTCP() throws {
    let message = MessageBuilder.socket(.listen, timer: (0, 77), remote: "0.0.0.0:0", expires: 0xdead, queues: (1, 5))
      .attribute(12, Self.storage("0.0.0.0:1400"))
    let socket = try decode(message, as: .sctp)
    #expect(socket.state == .listen)
    #expect(!socket.isAssociation)
    #expect(socket.queues == .connections(waiting: 1, limit: 5))
    #expect(socket.localAddresses == ["0.0.0.0:1400"])
    #expect(socket.peerAddresses == nil)
    // The kernel does not fill in what belongs to a timer that does not run.
    #expect(socket.timer == nil)
    let clean = MessageBuilder.socket(.listen, remote: "0.0.0.0:0", queues: (1, 5))
      .attribute(12, Self.storage("0.0.0.0:1400"))
    #expect(try decode(clean, as: .sctp) == socket)
  }

  @Test func timerOfAnAssociationRetransmits() throws {
    let timer = try decode(Self.association(3, timer: 4), as: .sctp).timer
    #expect(timer == SocketTimer(.retransmit, expiresMilliseconds: 1500, retransmits: 2))
  }

  @Test func listsOfAddressesAreRead() throws {
    let socket = try decode(Self.association(3), as: .sctp)
    #expect(socket.localAddresses == ["192.0.2.1:1400", "[2001:db8::1]:1400"])
    #expect(socket.peerAddresses == ["192.0.2.7:1400", "[2001:db8::7]:1400"])
    #expect(socket.unknownAttributes.isEmpty)
  }

  @Test(arguments: [1, 127, 129, 255]) func listOfAnImpossibleLengthIsKeptVerbatim(count: Int) throws {
    let payload = [UInt8](repeating: 2, count: count)
    let socket = try decode(.socket(SocketState(rawValue: 1)).attribute(13, payload), as: .sctp)
    #expect(socket.unknownAttributes == [UnknownAttribute(type: 13, payload: payload)])
    // It is an association all the same.
    #expect(socket.peerAddresses == [])
    #expect(socket.state == .cookieWait)
  }

  @Test func listWithAnotherFamilyIsKeptVerbatim() throws {
    let payload = Self.storage("192.0.2.1:1400") + UInt16(77).memory + [UInt8](repeating: 0, count: 126)
    let socket = try decode(.socket(.listen).attribute(12, payload), as: .sctp)
    #expect(socket.localAddresses == nil)
    #expect(socket.unknownAttributes == [UnknownAttribute(type: 12, payload: payload)])
  }

  @Test func associationsOfAnEndpointAreDifferentSockets() throws {
    func record(_ peer: SocketAddress, _ attributes: [UInt8] = [1]) throws -> InetSocket {
      let message = MessageBuilder.socket(SocketState(rawValue: 3), remote: peer, cookie: 5)
      return try decode(attributes.isEmpty ? message : message.attribute(13, Self.storage(peer)), as: .sctp)
    }
    let endpoint = try record("0.0.0.0:0", [])
    let identities = [
      endpoint.identity, try record("192.0.2.7:1").identity, try record("192.0.2.7:2").identity,
      try record("192.0.2.8:1").identity,
    ]
    #expect(Set(identities).count == 4)
    #expect(try record("192.0.2.7:1").identity == record("192.0.2.7:1").identity)
  }

  /// The lists of addresses show the protocol where the capture has no request.
  @Test func protocolIsRecognisedWithoutARequest() throws {
    let message = MessageBuilder.socket(SocketState(rawValue: 1)).attribute(2, Self.associationInfo())
      .attribute(12, Self.storage("192.0.2.1:1400")).attribute(13, Self.storage("192.0.2.7:1400"))
    let known = try decode(message, as: .sctp)
    #expect(try decode(message, as: .unspecified) == known)
    #expect(known.tcpInfo == nil && known.sctpInfo?.tag == 0x100b_0601)
    let native = PcapBuilder().packet(message).bytes
    #expect(
      try decodeCapture(BigEndianWriter.capture(PcapBuilder().request(.request(.sctp)).packet(message).bytes))
        .sockets == [known])
    #expect(try decodeCapture(native).sockets == [known])
  }

  // MARK: sctp_info

  /// A member of an association: its place in linux/sctp.h and the accessor.
  private static var numbers: [(Int, Int, (SCTPInfo) -> UInt64?)] {
    [
      (0, 4, { $0.tag.map(UInt64.init) }), (8, 4, { $0.receiveWindow.map(UInt64.init) }),
      (12, 2, { $0.unacknowledgedChunks.map(UInt64.init) }), (14, 2, { $0.pendingChunks.map(UInt64.init) }),
      (16, 2, { $0.incomingStreams.map(UInt64.init) }), (18, 2, { $0.outgoingStreams.map(UInt64.init) }),
      (24, 4, { $0.queuedIncomingChunks.map(UInt64.init) }), (28, 4, { $0.queuedOutgoingChunks.map(UInt64.init) }),
      (32, 4, { $0.errors.map(UInt64.init) }), (36, 4, { $0.maximumBurst.map(UInt64.init) }),
      (40, 4, { $0.fragmentSize.map(UInt64.init) }), (44, 4, { $0.peerReceiveWindow.map(UInt64.init) }),
      (48, 4, { $0.peerTag.map(UInt64.init) }), (52, 1, { $0.peerCapabilities.map { UInt64($0.rawValue) } }),
      (53, 1, { $0.peerAcknowledgement.map(UInt64.init) }), (56, 8, \.acknowledgementsReceived),
      (64, 8, \.acknowledgementsSent), (72, 8, \.packetsSent), (80, 8, \.packetsReceived),
      (88, 8, \.chunksRetransmitted),
      (96, 8, \.outOfSequence), (104, 8, \.duplicateChunks), (112, 8, \.gaps), (120, 8, \.unorderedChunksSent),
      (128, 8, \.unorderedChunksReceived), (136, 8, \.orderedChunksSent), (144, 8, \.orderedChunksReceived),
      (152, 8, \.controlChunksSent), (160, 8, \.controlChunksReceived),
      (296, 4, { $0.primaryState.map { UInt64(UInt32(bitPattern: $0)) } }),
      (300, 4, { $0.congestionWindow.map(UInt64.init) }), (304, 4, { $0.smoothedRTTTicks.map(UInt64.init) }),
      (
        308, 4,
        {
          $0.retransmitTimeout.flatMap {
            UInt64(exactly: $0.components.seconds * 1000 + $0.components.attoseconds / 1_000_000_000_000_000)
          }
        }
      ),
      (312, 4, { $0.heartbeatTicks.map(UInt64.init) }), (316, 4, { $0.maximumPathErrors.map(UInt64.init) }),
      (
        320, 4,
        {
          $0.acknowledgementDelay.flatMap {
            UInt64(exactly: $0.components.seconds * 1000 + $0.components.attoseconds / 1_000_000_000_000_000)
          }
        }
      ),
      (328, 4, { $0.slowStartThreshold.map(UInt64.init) }), (332, 4, { $0.partialBytesAcknowledged.map(UInt64.init) }),
      (336, 4, { $0.bytesInFlight.map(UInt64.init) }), (340, 2, { $0.pathErrors.map(UInt64.init) }),
    ]
  }

  @Test(arguments: 1...371) func membersPastTheLengthAreAbsent(count: Int) throws {
    let payload = Self.associationInfo(count)
    let info = try #require(try decode(.socket().attribute(2, payload), as: .sctp).sctpInfo)
    #expect(info.byteCount == count)
    for (offset, width, value) in Self.numbers {
      let expected = payload.dropFirst(offset).prefix(width).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      #expect(value(info) == (count >= offset + width ? expected : nil), "offset \(offset)")
    }
    #expect(info.primaryAddress == (count >= 296 ? "192.0.2.7:1400" : nil))
    #expect(info.state == (count >= 8 ? SocketState(rawValue: 255) : nil))
    // Only endpoints have options.
    #expect(info.autoclose == nil && info.endpointType == nil && info.mapsIPv4 == nil)
    #expect(info.tail == Array(payload.dropFirst(368)))
  }

  @Test func endpointHasOnlyItsOptions() throws {
    var payload = [UInt8](repeating: 0, count: 368)
    payload.replaceSubrange(344..<364, with: [5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 1, 0, 1, 2, 2, 0, 0, 0])
    let info = try #require(try decode(.socket(.listen).attribute(2, payload), as: .sctp).sctpInfo)
    #expect(!info.isAssociation)
    #expect(Self.numbers.allSatisfy { $0.2(info) == nil })
    #expect(info.primaryAddress == nil && info.state == nil)
    #expect(info.autoclose == .seconds(5))
    #expect(info.adaptationIndication == 6 && info.partialDeliveryPoint == 7)
    #expect(info.isWithoutDelay == true && info.isWithoutFragments == false && info.mapsIPv4 == true)
    #expect(info.fragmentInterleaving == 2 && info.endpointType == 2)
  }

  @Test(arguments: [100, 296, 343, 368, 371]) func jsonDecodesToTheSameSocket(count: Int) throws {
    var payload = Self.associationInfo(count)
    // A member that is cut.
    if count == 100 { for index in 96..<100 { payload[index] = 0 } }
    let messages = [
      Self.association(3, timer: 4).attribute(2, payload), Self.association(1), Self.association(7),
      MessageBuilder.socket(.listen).attribute(12, Self.storage("[::1]:1400"))
        .attribute(2, [UInt8](repeating: 0, count: 368)),
    ]
    for message in messages {
      let socket = try decode(message, as: .sctp)
      var text: [UInt8] = []
      socket.appendJSON(to: &text)
      #expect(try JSONDecoder().decode(InetSocket.self, from: Data(text)) == socket)
    }
  }

  @Test func captureOfTheOtherByteOrderReadsTheSame() throws {
    let native = PcapBuilder().request(.request(.sctp)).packet(
      Self.association(3, timer: 4).attribute(2, Self.associationInfo()), Self.association(1),
      MessageBuilder.socket(.listen).attribute(12, Self.storage("[::1]:1400")), .done()
    ).bytes
    let foreign = BigEndianWriter.capture(native)
    #expect(foreign != native)
    #expect(try decodeCapture(foreign).sockets == decodeCapture(native).sockets)
    #expect(try decodeCapture(native).sockets.count == 3)
  }
}

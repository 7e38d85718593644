import SockDiagWire
import Testing

/// Attributes after the record: each as the kernel writes it, and with wrong lengths.
@Suite struct AttributeTests {
  @Test func attributesOfTheSocketItselfAreRead() throws {
    let socket = try decode(
      .socket(.listen, family: 10, local: "[::]:80", remote: "[::]:0")
        .attribute(8, [3])
        .attribute(11, [0])
        .attribute(15, 0xdead_beef)
        .attribute(21, UInt64(0x1_0000_0b5e).memory)
        .attribute(22, [0b0000_0111, 0b0000_0101]))
    #expect(socket.shutdown == [.receive, .send])
    #expect(socket.isV6Only == false)
    #expect(socket.isDualStackWildcard)
    #expect(socket.mark == 0xdead_beef)
    #expect(socket.cgroupID == 0x1_0000_0b5e)
    #expect(
      socket.options
        == [.receiveErrors, .connectionSocket, .freeBind, .bindAddressNoPort, .deferConnect])
    #expect(socket.unknownAttributes.isEmpty)
  }

  @Test func zeroIsNotAbsent() throws {
    let socket = try decode(
      .socket().attribute(8, [0]).attribute(15, 0).attribute(21, UInt64(0).memory).attribute(22, [0, 0])
        .attribute(5, [0]).attribute(6, [0]).attribute(17, 0))
    #expect(socket.shutdown == [])
    #expect(socket.mark == 0)
    #expect(socket.cgroupID == 0)
    #expect(socket.options == [])
    #expect(socket.typeOfService == 0)
    #expect(socket.trafficClass == 0)
    #expect(socket.classID == 0)
  }

  @Test func isV6OnlyIsTrueForAnyNonzeroNumber() throws {
    #expect(try decode(.socket().attribute(11, [1])).isV6Only == true)
    #expect(try decode(.socket().attribute(11, [255])).isV6Only == true)
  }

  @Test func smallDetailsAreRead() throws {
    let socket = try decode(
      .socket().attribute(4, Array("cubic\0".utf8)).attribute(5, [0x10]).attribute(6, [0xb8])
        .attribute(17, 0x10001).attribute(1, 1, 2, 3, 4))
    #expect(socket.congestion == "cubic")
    #expect(socket.typeOfService == 0x10)
    #expect(socket.trafficClass == 0xb8)
    #expect(socket.classID == 0x10001)
    #expect(socket.memory?.receiveAllocated == 1)
    #expect(socket.memory?.sendQueued == 2)
    #expect(socket.memory?.forwardAllocated == 3)
    #expect(socket.memory?.sendAllocated == 4)
  }

  /// Seven words up to 3.5, eight up to 4.6, nine since.
  @Test(arguments: [7, 8, 9, 10]) func socketMemoryIsReadInEveryLength(words: Int) throws {
    let numbers = (1...UInt32(words)).flatMap(\.memory)
    let socket = try decode(.socket().attribute(7, numbers), as: .udp)
    let memory = try #require(socket.socketMemory)
    #expect(memory.receiveAllocated == 1)
    #expect(memory.receiveBuffer == 2)
    #expect(memory.sendAllocated == 3)
    #expect(memory.sendBuffer == 4)
    #expect(memory.forwardAllocated == 5)
    #expect(memory.sendQueued == 6)
    #expect(memory.optionMemory == 7)
    #expect(memory.backlog == (words >= 8 ? 8 : nil))
    #expect(memory.drops == (words >= 9 ? 9 : nil))
    #expect(socket.drops == memory.drops)
  }

  @Test func vegasFiguresAreRead() throws {
    guard case .vegas(let info) = try decode(.socket().attribute(3, 1, 20, 300, 4000)).congestionInfo else {
      Issue.record("no vegas figures")
      return
    }
    #expect(info.isEnabled)
    #expect(info.roundTripCount == 20)
    #expect(info.rttMicroseconds == 300)
    #expect(info.minimumRTTMicroseconds == 4000)
  }

  @Test func dctcpFiguresAreRead() throws {
    let payload = UInt16(1).memory + UInt16(2).memory + [3, 4, 5].flatMap { UInt32($0).memory }
    guard case .dctcp(let info) = try decode(.socket().attribute(9, payload)).congestionInfo else {
      Issue.record("no dctcp figures")
      return
    }
    #expect(info.isEnabled)
    #expect(info.congestionExperiencedState == 2)
    #expect(info.alpha == 3)
    #expect(info.acknowledgedBytesMarked == 4)
    #expect(info.acknowledgedBytesTotal == 5)
  }

  @Test func bbrFiguresAreRead() throws {
    guard case .bbr(let info) = try decode(.socket().attribute(16, 0x10, 0x2, 300, 739, 256)).congestionInfo else {
      Issue.record("no bbr figures")
      return
    }
    #expect(info.bandwidthBytesPerSecond == 0x2_0000_0010)
    #expect(info.minimumRTTMicroseconds == 300)
    #expect(info.pacingGain == 739)
    #expect(info.congestionWindowGain == 256)
  }

  @Test func protocolOfTheKernelOverridesThatOfTheRequest() throws {
    #expect(try decode(.socket().attribute(10, [17]), as: .unspecified).protocol == .udp)
    #expect(try decode(.socket().attribute(10, [58]), as: .raw).protocol == .raw)
  }

  @Test func md5KeysAreRead() throws {
    let first: [UInt8] = [2, 24] + UInt16(3).memory + [192, 0, 2, 0] + [UInt8](repeating: 0, count: 12)
    let second: [UInt8] = [10, 128] + UInt16(80).memory + IPAddress(v6: 0x2001_0db8 << 32, 9).bytes
    let payload =
      first + Array("abc".utf8) + [UInt8](repeating: 0, count: 77) + second + [UInt8](repeating: 7, count: 80)
    let keys = try decode(.socket().attribute(18, payload)).md5Keys
    #expect(keys.map(\.address) == [IPAddress("192.0.2.0"), IPAddress("2001:db8::9")])
    #expect(keys.map(\.prefixLength) == [24, 128])
    #expect(keys.map(\.key) == [Array("abc".utf8), [UInt8](repeating: 7, count: 80)])
  }

  @Test func md5KeyLongerThanItsFieldIsTruncated() throws {
    let payload: [UInt8] = [2, 32, 0xff, 0xff] + [UInt8](repeating: 1, count: 96)
    #expect(try decode(.socket().attribute(18, payload)).md5Keys.map(\.key.count) == [80])
  }

  @Test func paddingIsNotAnAttribute() throws {
    #expect(try decode(.socket().attribute(14, []).attribute(8, [1])).unknownAttributes.isEmpty)
  }

  /// The two highest bits of a type mark a nest and network byte order (NLA_F_NESTED, NLA_F_NET_BYTEORDER).
  @Test(arguments: [0x4000, 0x8000, 0xc000] as [UInt16]) func flagBitsAreNotPartOfTheType(_ flags: UInt16) throws {
    let socket = try decode(
      .socket().attribute(15 | flags, 5).attribute(4 | flags, Array("cubic\0".utf8)).attribute(999 | flags, [1]))
    #expect(socket.mark == 5)
    #expect(socket.congestion == "cubic")
    #expect(socket.unknownAttributes == [UnknownAttribute(type: 999, payload: [1])])
  }

  /// The first of several faults is reported, because the others may follow from it.
  @Test func theFirstFaultOfAMessageIsReported() throws {
    let broken: [UInt8] = [2, 0, 1, 0]
    let one = MessageBuilder.socket().attribute(19 | 0x8000, broken)
    let first = try #require(try decodeWithFault(one).fault)
    #expect(first.offset == 16 + 72 + 4)
    let (twice, second) = try decodeWithFault(one.attribute(19 | 0x8000, broken).attribute(15, 5))
    #expect(second == first)
    #expect(twice.mark == 5)
    // The second fault ends the message.
    let (ended, fault) = try decodeWithFault(one.attribute(21, UInt64(1).memory, claimedLength: 3).attribute(15, 5))
    #expect(fault == first)
    #expect(ended.mark == nil)
  }

  @Test func unknownAttributesAreKeptVerbatim() throws {
    let socket = try decode(
      .socket().attribute(8, [1]).attribute(999, [1, 2, 3]).attribute(20, []).attribute(0, [9]).attribute(15, 5))
    #expect(
      socket.unknownAttributes == [
        UnknownAttribute(type: 999, payload: [1, 2, 3]), UnknownAttribute(type: 20, payload: []),
        UnknownAttribute(type: 0, payload: [9]),
      ])
    #expect(socket.mark == 5)
  }

  /// The type, and a length that no kernel sends for it.
  @Test(arguments: [
    (1, 12), (3, 15), (4, 0), (5, 0), (5, 2), (6, 4), (7, 24), (8, 0), (8, 2), (9, 12), (10, 4), (11, 2), (14, 4),
    (15, 3), (15, 8), (16, 16), (17, 2), (21, 4), (21, 12), (22, 1), (22, 3),
  ]) func knownAttributeOfWrongLengthIsKeptVerbatim(type: UInt16, count: Int) throws {
    let payload = (0..<count).map { UInt8($0 + 1) }
    let socket = try decode(.socket().attribute(type, payload).attribute(4, Array("reno\0".utf8)))
    #expect(socket.unknownAttributes == [UnknownAttribute(type: type, payload: payload)])
    #expect(socket.congestion == "reno")
  }

  @Test func truncatedMD5KeyStaysSecret() throws {
    let socket = try decode(.socket().attribute(18, [UInt8](repeating: 0x5a, count: 99)))
    #expect(socket.unknownAttributes == [UnknownAttribute(type: 18, payload: [])])
    let whole = try decode(
      .socket().attribute(18, [2, 32, 3, 0] + [UInt8](repeating: 0, count: 16) + [UInt8](repeating: 0x5a, count: 80)))
    #expect(!"\(whole.md5Keys)".contains("90"))
    var mirrored = ""
    dump(whole.md5Keys, to: &mirrored)
    #expect(!mirrored.contains("90"))
  }

  /// If an attribute of the kernel overflows its 16-bit length, the length can be smaller than the header.
  @Test(arguments: [0, 1, 2, 3] as [UInt16]) func lengthBelowTheHeaderEndsTheMessage(length: UInt16) throws {
    let (socket, fault) = try decodeWithFault(
      .socket().attribute(8, [1]).attribute(18, [0, 0, 0, 0], claimedLength: length).attribute(15, 5))
    #expect(socket.shutdown == .receive)
    #expect(socket.mark == nil)
    #expect(fault?.code == .attributeLength)
    #expect(fault?.offset == 16 + 72 + 8)
  }

  @Test(arguments: [13, 100, 0xffff] as [UInt16]) func lengthBeyondTheMessageEndsIt(length: UInt16) throws {
    let (socket, fault) = try decodeWithFault(
      .socket().attribute(8, [1]).attribute(21, UInt64(1).memory, claimedLength: length))
    #expect(socket.shutdown == .receive)
    #expect(socket.cgroupID == nil)
    #expect(fault?.code == .attributeLength)
    #expect(fault?.offset == 16 + 72 + 8)
  }

  @Test(arguments: 1...3) func bytesTooFewForAHeaderEndTheMessage(count: Int) throws {
    let message = MessageBuilder.socket().attribute(15, 5).appending([UInt8](repeating: 0, count: count))
    let (socket, fault) = try decodeWithFault(message)
    #expect(socket.mark == 5)
    #expect(fault?.code == .attributeLength)
  }

  @Test func lastAttributeMayLackItsPadding() throws {
    var message = MessageBuilder.socket().attribute(8, [3])
    message.payload.removeLast(3)
    #expect(try decode(message).shutdown == [.receive, .send])
  }

  @Test func invalidUTF8IsMadeReadable() throws {
    #expect(try decode(.socket().attribute(4, [0x62, 0xff, 0x62, 0])).congestion == "b\u{fffd}b")
    #expect(try decode(.socket().attribute(4, Array("no end".utf8))).congestion == "no end")
    #expect(try decode(.socket().attribute(4, Array("a\0b".utf8))).congestion == "a")
  }
}

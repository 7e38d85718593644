/// Reads the header of a pcap file.
struct PcapHeader: Hashable, Sendable {
  var isSwapped: Bool
  var isNanoseconds: Bool
  var maximumPacketByteCount: Int

  @inline(__always)
  func number(at offset: Int, in bytes: Span<UInt8>) -> UInt32 {
    isSwapped ? bytes.host32(at: offset).byteSwapped : bytes.host32(at: offset)
  }

  func timestamp(at offset: Int, in bytes: Span<UInt8>) -> Duration {
    let fraction = Int64(number(at: offset &+ 4, in: bytes))
    return .seconds(Int64(number(at: offset, in: bytes)))
      + (isNanoseconds ? .nanoseconds(fraction) : .microseconds(fraction))
  }
}

extension CaptureReader {
  /// The format of a file, and what its first bytes tell about it.
  static func recognize(_ bytes: Span<UInt8>) throws(WireError) -> Form {
    guard bytes.count > 0 else { throw WireError(.emptyFile, at: 0, "the file is empty") }
    guard bytes.count >= 4 else {
      throw WireError(.unknownFormat, at: 0, "the file has only \(bytes.count) bytes")
    }
    let magic = bytes.host32(at: 0)
    switch magic {
    case Pcap.microsecondMagic, Pcap.nanosecondMagic:
      return .pcap(try readHeader(bytes, isSwapped: false, isNanoseconds: magic == Pcap.nanosecondMagic))
    case Pcap.microsecondMagic.byteSwapped, Pcap.nanosecondMagic.byteSwapped:
      return .pcap(try readHeader(bytes, isSwapped: true, isNanoseconds: magic == Pcap.nanosecondMagic.byteSwapped))
    case PcapngBlock.Kind.section:
      try checkPcapng(bytes)
      return .pcapng
    default:
      if let kind = ForeignFile(bytes) { throw WireError(.unknownFormat, at: 0, kind.explanation) }
      try checkFirstMessage(bytes)
      return .messages(isForeign: isForeign(0..<bytes.count, in: bytes))
    }
  }

  private static func readHeader(
    _ bytes: Span<UInt8>, isSwapped: Bool, isNanoseconds: Bool
  ) throws(WireError) -> PcapHeader {
    guard bytes.count >= Pcap.fileHeaderByteCount else {
      throw WireError(.cutShort, at: bytes.count, "the file ends inside the header of a pcap file, which has 24 bytes")
    }
    var header = PcapHeader(
      isSwapped: isSwapped, isNanoseconds: isNanoseconds, maximumPacketByteCount: Pcap.maximumPacketByteCount)
    let major = isSwapped ? bytes.host16(at: 4).byteSwapped : bytes.host16(at: 4)
    guard major == 2 else {
      throw WireError(.unknownFormat, at: 4, "the file is pcap of version \(major), expected 2")
    }
    // The high bits give the length of a checksum after each packet, on media that have one.
    let linkType = header.number(at: 20, in: bytes) & 0x03ff_ffff
    guard linkType == Pcap.netlinkLinkType else {
      throw WireError.wrongLinkType(linkType, at: 20)
    }
    // Some programs write 0 or all ones for no limit.
    let limit = header.number(at: 16, in: bytes)
    if limit <= UInt32(Int32.max), let limit = Int(exactly: limit) {
      header.maximumPacketByteCount = max(limit, Pcap.maximumPacketByteCount)
    }
    return header
  }

  private static func checkFirstMessage(_ bytes: Span<UInt8>) throws(WireError) {
    if bytes.count >= NetlinkHeader.byteCount {
      let length = bytes.host32(at: 0)
      let type = bytes.host16(at: 4)
      if isPlausible(length: length, type: type) { return }
      if isPlausible(length: length.byteSwapped, type: type.byteSwapped) { return }
    }
    throw WireError(
      .unknownFormat, at: 0,
      "the file is neither a pcap or pcapng file of netlink packets nor a stream of sock_diag messages")
  }

  /// Whether these bytes begin a message of a kind that occurs in a stream of replies. The length is not compared with
  /// the file size, so that a stream cut in its first message is not mistaken for a foreign file.
  private static func isPlausible(length: UInt32, type: UInt16) -> Bool {
    let type = NetlinkMessageType(rawValue: type)
    return isMessageLength(length) && (type.isSockDiag || type == .done || type == .error)
  }

  private static func isMessageLength(_ length: UInt32) -> Bool {
    length >= NetlinkHeader.byteCount && length <= Pcap.maximumPacketByteCount
  }
}

extension WireError {
  /// The packets of a file or an interface are not netlink.
  static func wrongLinkType(_ linkType: UInt32, at offset: Int) -> WireError {
    let name = Pcap.name(ofLinkType: linkType).map { " (\($0))" } ?? ""
    return WireError(
      .linkType, at: offset,
      "the packets are of link type \(linkType)\(name), expected 253 (netlink); capture on an nlmon device")
  }
}

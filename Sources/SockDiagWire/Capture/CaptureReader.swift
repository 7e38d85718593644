/// Steps through the packets of a capture.
///
/// It reads pcap and pcapng files of netlink packets, whatever the byte order of their headers, and streams of messages
/// as `ss -D` writes them. The messages have the byte order of the machine that they were captured on. A packet reports it
/// (``CapturePacket/isForeign``), and ``CaptureDecoder`` decodes both.
///
/// The bytes are passed in at every step, so that the reader can be stored next to the array or mapped file that holds
/// them. Memory use does not depend on the number of packets.
public struct CaptureReader: Hashable, Sendable {
  /// The format of the capture.
  public let format: CaptureFormat
  /// The offset of the next packet.
  public internal(set) var offset: Int
  /// The reason why the rest of the capture cannot be read, once it is known.
  public private(set) var failure: WireError?

  /// What the reader knows about the file, by its format.
  enum Form: Hashable, Sendable {
    case pcap(PcapHeader)
    case pcapng
    /// Messages, with whether they come from a machine with the other byte order. All messages of a stream have the same
    /// order.
    case messages(isForeign: Bool)
  }

  private let form: Form
  /// The section of a pcapng file that is being read.
  var section = PcapngSection()
  /// The error to report after a packet that the end of the file cuts. The existing part of the packet is delivered
  /// first.
  private var pendingFailure: WireError?

  /// Recognises a capture by its first bytes.
  ///
  /// - Throws: ``WireError``; it names the actual kind of the file and the remedy, if they are known.
  public init(_ bytes: Span<UInt8>) throws(WireError) {
    form = try Self.recognize(bytes)
    switch form {
    case .pcap:
      format = .pcap
      offset = Pcap.fileHeaderByteCount
    case .pcapng:
      format = .pcapng
      offset = 0
    case .messages:
      format = .messages
      offset = 0
    }
  }

  /// The next packet, or `nil` at the end.
  ///
  /// - Parameter bytes: The same bytes that the reader was created for.
  /// - Throws: ``WireError``. If ``failure`` is set, the rest cannot be read and the next call returns `nil`. Otherwise
  ///   one packet was skipped and the next call continues after it.
  public mutating func next(in bytes: Span<UInt8>) throws(WireError) -> CapturePacket? {
    if let failure = takePendingFailure() { throw failure }
    guard failure == nil, offset < bytes.count else { return nil }
    switch form {
    case .pcap(let header): return try nextPacket(header, in: bytes)
    case .pcapng: return try nextPcapngPacket(in: bytes)
    case .messages(let isForeign): return try nextMessage(isForeign: isForeign, in: bytes)
    }
  }

  /// Ends the reading.
  mutating func fail(_ error: WireError) -> WireError {
    failure = error
    return error
  }

  private mutating func fail(_ code: WireError.Code, at offset: Int, _ explanation: String) -> WireError {
    fail(WireError(code, at: offset, explanation))
  }

  /// Ends the reading after the packet that is about to be delivered.
  mutating func failLater(_ error: WireError) { pendingFailure = error }

  /// The error that ends the reading now; `nil` if there is none.
  mutating func takePendingFailure() -> WireError? {
    guard let error = pendingFailure else { return nil }
    pendingFailure = nil
    return fail(error)
  }

  static func cut(_ unit: String, _ claimed: Int, _ available: Int) -> String {
    "the file ends inside a \(unit) of \(claimed) bytes, of which \(available) are there"
  }

  private mutating func nextPacket(_ pcap: PcapHeader, in bytes: Span<UInt8>) throws(WireError) -> CapturePacket? {
    let start = offset
    let available = bytes.count &- start &- Pcap.packetHeaderByteCount
    guard available >= 0 else {
      throw fail(.cutShort, at: start, "the file ends inside the header of a packet")
    }
    let captured = Int(clamping: pcap.number(at: start &+ 8, in: bytes))
    guard captured <= pcap.maximumPacketByteCount else {
      throw fail(
        .packetLength, at: start &+ 8,
        "a packet claims \(captured) bytes, expected at most \(pcap.maximumPacketByteCount)")
    }
    let data = start &+ Pcap.packetHeaderByteCount
    let length = min(captured, available)
    offset = data &+ length
    let isCut = captured > available
    guard length >= Pcap.cookedHeaderByteCount else {
      if isCut { throw fail(.cutShort, at: bytes.count, Self.cut("packet", captured, available)) }
      throw WireError(.packetLength, at: start &+ 8, "a packet claims \(captured) bytes, but its header has 16")
    }
    if isCut { pendingFailure = WireError(.cutShort, at: bytes.count, Self.cut("packet", captured, available)) }
    return Self.packet(
      data..<data &+ length, in: bytes, timestamp: pcap.timestamp(at: start, in: bytes),
      isTruncated: isCut || Int(clamping: pcap.number(at: start &+ 12, in: bytes)) > captured)
  }

  /// A packet of link type NETLINK, whose header is there.
  static func packet(
    _ data: Range<Int>, in bytes: Span<UInt8>, timestamp: Duration?, isTruncated: Bool
  ) -> CapturePacket {
    let start = data.lowerBound
    var packet = CapturePacket(
      timestamp: timestamp, direction: CaptureDirection(rawValue: bytes.network16(at: start)),
      netlinkFamily: NetlinkFamily(rawValue: bytes.network16(at: start &+ 14)),
      range: start &+ Pcap.cookedHeaderByteCount..<data.upperBound, isTruncated: isTruncated)
    // Each packet is checked, because the file may be merged from several machines.
    packet.isForeign = packet.netlinkFamily == .sockDiag && isForeign(packet.range, in: bytes)
    return packet
  }

  private mutating func nextMessage(
    isForeign: Bool, in bytes: Span<UInt8>
  ) throws(WireError) -> CapturePacket? {
    let start = offset
    let available = bytes.count &- start
    guard available >= NetlinkHeader.byteCount else {
      throw fail(.cutShort, at: start, "the file ends inside the header of a message")
    }
    let claimed = bytes.host32(at: start)
    let length = Int(clamping: isForeign ? claimed.byteSwapped : claimed)
    guard length >= NetlinkHeader.byteCount else {
      throw fail(.messageLength, at: start, "a message claims \(length) bytes, but its header has 16")
    }
    guard length <= Pcap.maximumPacketByteCount else {
      throw fail(
        .messageLength, at: start, "a message claims \(length) bytes, expected at most \(Pcap.maximumPacketByteCount)")
    }
    let isCut = length > available
    if isCut {
      pendingFailure = WireError(.cutShort, at: bytes.count, Self.cut("message", length, available))
    }
    offset = start &+ min((length &+ 3) & ~3, available)
    return CapturePacket(
      timestamp: nil, direction: .toUser, netlinkFamily: .sockDiag, range: start..<start &+ min(length, available),
      isTruncated: isCut, isForeign: isForeign)
  }

  /// Whether the first message of a packet has the other byte order. The order of the pcap headers does not show this:
  /// it is the order of the machine that wrote the file.
  static func isForeign(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
    range.count >= NetlinkHeader.byteCount
      && ForeignByteOrder.isForeign(
        length: bytes.host32(at: range.lowerBound), type: bytes.host16(at: range.lowerBound &+ 4))
  }
}

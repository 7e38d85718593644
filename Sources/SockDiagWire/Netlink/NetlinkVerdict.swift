/// The result in an error or done message.
///
/// Both begin with a negative errno. Many readers of dumps ignore it in a done message, but there the kernel reports
/// that it has no handler for a protocol. With extended acknowledgement both may also contain a message text of the
/// kernel.
///
/// Kernel: `struct nlmsgerr`, `NLMSGERR_ATTR_*`, linux/netlink.h.
public struct NetlinkVerdict: Hashable, Sendable {
  /// The errno as a positive number; 0 is success.
  public var errno: Int32
  /// The kernel's message text, if it sent one. Kernel: `NLMSGERR_ATTR_MSG`, since 4.12.
  public var message: String?
  /// The byte of the request that the kernel objects to. Kernel: `NLMSGERR_ATTR_OFFS`, since 4.12.
  public var requestOffset: Int?
  /// The type of the request that an error message answers; a done message does not contain it. Kernel:
  /// `nlmsgerr.msg.nlmsg_type`.
  public var requestType: NetlinkMessageType?

  /// Reads the payload of an error message.
  ///
  /// - Throws: ``WireError/Code/structureLength`` if the errno or the header of the request is cut.
  public init(error payload: Range<Int>, flags: NetlinkFlags, in bytes: Span<UInt8>) throws(WireError) {
    let fixed = 4 + NetlinkHeader.byteCount
    guard payload.count >= fixed, payload.lowerBound >= 0, payload.upperBound <= bytes.count else {
      throw WireError(
        .structureLength, at: payload.lowerBound, "an error message has \(payload.count) bytes, expected at least 20")
    }
    self.init(errno: bytes.host32(at: payload.lowerBound))
    requestType = NetlinkMessageType(rawValue: bytes.host16(at: payload.lowerBound + 8))
    guard flags.contains(.extendedAcknowledgement) else { return }
    // Unless it was capped, the whole request precedes the attributes.
    let echoed = flags.contains(.capped) ? NetlinkHeader.byteCount : Int(bytes.host32(at: payload.lowerBound + 4))
    guard echoed >= NetlinkHeader.byteCount, echoed <= payload.count - 4 else { return }
    let attributes = payload.lowerBound + 4 + (echoed + 3) & ~3
    readAttributes(min(attributes, payload.upperBound)..<payload.upperBound, in: bytes)
  }

  /// Reads the payload of a done message. A missing payload means success, as old kernels send it.
  public init(done payload: Range<Int>, flags: NetlinkFlags, in bytes: Span<UInt8>) {
    guard payload.count >= 4, payload.lowerBound >= 0, payload.upperBound <= bytes.count else {
      self.init(errno: 0)
      return
    }
    self.init(errno: bytes.host32(at: payload.lowerBound))
    if flags.contains(.extendedAcknowledgement) {
      readAttributes(payload.lowerBound + 4..<payload.upperBound, in: bytes)
    }
  }

  private init(errno bits: UInt32) {
    // No kernel sends an errno that is not negative, or INT32_MIN; its absolute value is kept without overflow.
    errno = Int32(clamping: Int32(bitPattern: bits).magnitude)
  }

  /// Message texts are optional, so a malformed one is dropped and does not hide the errno.
  private mutating func readAttributes(_ range: Range<Int>, in bytes: Span<UInt8>) {
    var cursor = NetlinkAttributeCursor(range)
    while let attribute = try? cursor.next(in: bytes) {
      switch attribute.type {
      case 1: message = attribute.text(in: bytes)
      case 2 where attribute.payload.count >= 4:
        requestOffset = Int(exactly: bytes.host32(at: attribute.payload.lowerBound))
      default: break
      }
    }
  }
}

/// A request that encodes itself as a netlink message.
///
/// Each family has a request type of its own, which stands beside the decoder of its replies. A conversation sends any of
/// them: it needs to know nothing but what is declared here.
public protocol NetlinkRequest {
  /// The type of the message.
  var messageType: NetlinkMessageType { get }

  /// The type of the messages that answer the request. By default the type of the request, which sock_diag repeats.
  var replyType: NetlinkMessageType { get }

  /// The flags of the message, without `NLM_F_REQUEST`, which every request has.
  var flags: NetlinkFlags { get }

  /// Appends the fixed structure of the family, and then the attributes.
  ///
  /// - Throws: ``NetlinkRequestFault`` for a request that must not or cannot be sent.
  func appendPayload(to message: inout [UInt8]) throws(NetlinkRequestFault)
}

extension NetlinkRequest {
  /// The type of the request.
  public var replyType: NetlinkMessageType { messageType }

  /// Replaces the contents of a buffer by the message. Allocates only if the buffer lacks room.
  ///
  /// - Parameters:
  ///   - sequence: The number that the replies will repeat.
  ///   - message: The buffer.
  /// - Throws: ``NetlinkRequestFault``.
  ///
  /// Kernel: `struct nlmsghdr`, linux/netlink.h. The port id stays 0: the kernel knows the sender.
  public func encode(sequence: UInt32, into message: inout [UInt8]) throws(NetlinkRequestFault) {
    message.removeAll(keepingCapacity: true)
    message.appendHost32(0)
    message.appendHost16(messageType.rawValue)
    message.appendHost16(flags.union(.request).rawValue)
    message.appendHost32(sequence)
    message.appendHost32(0)
    try appendPayload(to: &message)
    message.replaceHost32(at: 0, with: UInt32(clamping: message.count))
  }
}

extension [UInt8] {
  /// Appends an attribute: its header, its payload, and zeros up to a multiple of four bytes.
  ///
  /// Kernel: `struct nlattr`, linux/netlink.h.
  public mutating func appendAttribute(_ type: UInt16, _ payload: [UInt8]) throws(NetlinkRequestFault) {
    guard let length = UInt16(exactly: NetlinkAttribute.headerByteCount + payload.count) else {
      throw .attributeTooLong
    }
    appendHost16(length)
    appendHost16(type)
    append(contentsOf: payload)
    appendZeros(-payload.count & 3)
  }

  /// Appends an attribute that is one integer in the byte order of the host.
  public mutating func appendAttribute(_ type: UInt16, host32 value: UInt32) {
    appendHost16(UInt16(NetlinkAttribute.headerByteCount + 4))
    appendHost16(type)
    appendHost32(value)
  }

  fileprivate mutating func replaceHost32(at offset: Int, with value: UInt32) {
    let memory = value.littleEndian
    for index in 0..<4 { self[offset + index] = UInt8(truncatingIfNeeded: memory >> UInt32(8 * index)) }
  }
}

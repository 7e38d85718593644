/// A netlink socket: bytes to the kernel and datagrams back.
///
/// It is a protocol so that tests can put a scripted kernel in its place: most of the failures that a conversation must
/// handle cannot be made to happen in a real kernel.
package protocol NetlinkTransport: ~Copyable {
  /// The port id to which the kernel sends its replies.
  var portID: UInt32 { get }

  /// Sends a message.
  mutating func send(_ message: Span<UInt8>) throws(SockDiagError)

  /// Receives one datagram, without waiting.
  mutating func receive(into buffer: inout [UInt8]) -> Reception
}

/// The result of an attempt to receive.
package enum Reception {
  /// A datagram of the given full length, which may exceed the buffer, and the port id of its sender.
  case datagram(length: Int, sender: UInt32)
  /// No datagram: an errno.
  case failure(Int32)
}

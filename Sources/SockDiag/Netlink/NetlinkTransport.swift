package import SockDiagWire

/// How requests reach the kernel and datagrams come back.
///
/// It is a protocol so that tests can put a scripted kernel in its place: most of what a conversation must cope with, no
/// real kernel does on demand.
package protocol NetlinkTransport: ~Copyable {
  /// The port id to which the kernel addresses its replies.
  var portID: UInt32 { get }

  /// Writes the request into the start of the buffer and returns its length.
  mutating func write(_ request: InetRequest, sequence: UInt32, into buffer: inout [UInt8]) throws(SockDiagError) -> Int

  /// Sends the first bytes of a buffer.
  mutating func send(_ buffer: [UInt8], count: Int) throws(SockDiagError)

  /// Receives what is there, without waiting.
  mutating func receive(into buffer: inout [UInt8]) -> Reception
}

/// What came of an attempt to receive.
package enum Reception {
  /// A datagram of the given full length, which may exceed the buffer, and the port id of its sender.
  case datagram(length: Int, sender: UInt32)
  /// No datagram: an errno.
  case failure(Int32)
}

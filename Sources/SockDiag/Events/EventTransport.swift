/// Receives events from the kernel.
///
/// It is a protocol for the same reason as ``NetlinkTransport``: a real kernel does not drop on demand.
package protocol EventTransport: ~Copyable {
  /// Receives a datagram without waiting.
  mutating func receive(into buffer: inout [UInt8]) -> Reception

  /// The number of messages that the kernel has dropped so far, modulo 2³²; `nil` if it does not report this.
  mutating func drops() -> UInt32?
}

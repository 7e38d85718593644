/// How events come from the kernel.
///
/// A protocol for the same reason as ``NetlinkTransport``: no real kernel drops on demand.
package protocol EventTransport: ~Copyable {
  /// Receives what is there, without waiting.
  mutating func receive(into buffer: inout [UInt8]) -> Reception

  /// How many messages the kernel has dropped so far, modulo 2³²; `nil` where it does not tell.
  mutating func drops() -> UInt32?
}

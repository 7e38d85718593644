/// Memory that a socket uses, in the older and shorter form, in bytes.
///
/// Kernel: `struct inet_diag_meminfo`, linux/inet_diag.h.
public struct InetMemory: Hashable, Sendable {
  /// In the receive queue. Kernel: `idiag_rmem`.
  public var receiveAllocated: UInt32
  /// Queued for sending. Kernel: `idiag_wmem`.
  public var sendQueued: UInt32
  /// Reserved ahead of use. Kernel: `idiag_fmem`.
  public var forwardAllocated: UInt32
  /// Handed to the device and not yet freed. Kernel: `idiag_tmem`.
  public var sendAllocated: UInt32

  /// Creates a record of memory.
  public init(
    receiveAllocated: UInt32 = 0, sendQueued: UInt32 = 0, forwardAllocated: UInt32 = 0, sendAllocated: UInt32 = 0
  ) {
    self.receiveAllocated = receiveAllocated
    self.sendQueued = sendQueued
    self.forwardAllocated = forwardAllocated
    self.sendAllocated = sendAllocated
  }
}

extension InetMemory {
  /// `nil` unless the payload has the size of the structure.
  init?(_ payload: Range<Int>, in bytes: Span<UInt8>) {
    guard payload.count >= 16 else { return nil }
    let start = payload.lowerBound
    receiveAllocated = bytes.host32(at: start)
    sendQueued = bytes.host32(at: start + 4)
    forwardAllocated = bytes.host32(at: start + 8)
    sendAllocated = bytes.host32(at: start + 12)
  }
}

/// Memory that a socket uses, and its limits, in bytes except ``drops``.
///
/// Kernel: `SK_MEMINFO_*`, linux/sock_diag.h.
public struct SocketMemory: Hashable, Sendable {
  /// In the receive queue. Kernel: `SK_MEMINFO_RMEM_ALLOC`.
  public var receiveAllocated: UInt32
  /// The limit of the receive queue. Kernel: `SK_MEMINFO_RCVBUF`.
  public var receiveBuffer: UInt32
  /// Handed to the device and not yet freed. Kernel: `SK_MEMINFO_WMEM_ALLOC`.
  public var sendAllocated: UInt32
  /// The limit of the send queue. Kernel: `SK_MEMINFO_SNDBUF`.
  public var sendBuffer: UInt32
  /// Reserved ahead of use. Kernel: `SK_MEMINFO_FWD_ALLOC`.
  public var forwardAllocated: UInt32
  /// Queued for sending. Kernel: `SK_MEMINFO_WMEM_QUEUED`.
  public var sendQueued: UInt32
  /// Used by socket options. Kernel: `SK_MEMINFO_OPTMEM`.
  public var optionMemory: UInt32
  /// Packets that arrived while the program had the socket locked. Kernel: `SK_MEMINFO_BACKLOG`, since 3.6.
  public var backlog: UInt32?
  /// Packets dropped, a count. Kernel: `SK_MEMINFO_DROPS`, since 4.7.
  public var drops: UInt32?

  /// Creates a record of memory.
  public init(
    receiveAllocated: UInt32 = 0, receiveBuffer: UInt32 = 0, sendAllocated: UInt32 = 0, sendBuffer: UInt32 = 0,
    forwardAllocated: UInt32 = 0, sendQueued: UInt32 = 0, optionMemory: UInt32 = 0, backlog: UInt32? = nil,
    drops: UInt32? = nil
  ) {
    self.receiveAllocated = receiveAllocated
    self.receiveBuffer = receiveBuffer
    self.sendAllocated = sendAllocated
    self.sendBuffer = sendBuffer
    self.forwardAllocated = forwardAllocated
    self.sendQueued = sendQueued
    self.optionMemory = optionMemory
    self.backlog = backlog
    self.drops = drops
  }
}

extension SocketMemory {
  /// `nil` if the payload is shorter than the seven words that every kernel sends.
  init?(_ payload: Range<Int>, in bytes: Span<UInt8>) {
    guard payload.count >= 28 else { return nil }
    let start = payload.lowerBound
    receiveAllocated = bytes.host32(at: start)
    receiveBuffer = bytes.host32(at: start + 4)
    sendAllocated = bytes.host32(at: start + 8)
    sendBuffer = bytes.host32(at: start + 12)
    forwardAllocated = bytes.host32(at: start + 16)
    sendQueued = bytes.host32(at: start + 20)
    optionMemory = bytes.host32(at: start + 24)
    backlog = payload.count >= 32 ? bytes.host32(at: start + 28) : nil
    drops = payload.count >= 36 ? bytes.host32(at: start + 32) : nil
  }
}

/// An XDP socket as the kernel reports it.
///
/// Kernel: `struct xdp_diag_msg`, linux/xdp_diag.h, and the attributes that follow it.
public struct XDPSocket: Hashable, Sendable {
  /// Always raw. Kernel: `xdiag_type`.
  public var type = SocketType.raw
  /// The inode behind the socket's descriptors; 0 for none. Kernel: `xdiag_ino`.
  public var inode: UInt32 = 0
  /// The kernel's number for this one socket. Kernel: `xdiag_cookie`.
  public var cookie: SocketCookie?
  /// The queue of a device to which the socket is bound. Kernel: `XDP_DIAG_INFO`.
  public var queue: DeviceQueue?
  /// The user who made the socket. Kernel: `XDP_DIAG_UID`.
  public var uid: UInt32?
  /// The number of descriptors in the ring of received frames; `nil` without such a ring. Kernel: `XDP_DIAG_RX_RING`.
  public var receiveRingEntries: UInt32?
  /// The number of descriptors in the ring of frames to send; `nil` without such a ring. Kernel: `XDP_DIAG_TX_RING`.
  public var sendRingEntries: UInt32?
  /// The memory for frames, which several sockets may share. Kernel: `XDP_DIAG_UMEM`.
  public var userMemory: UserMemory?
  /// The number of descriptors in the ring by which the program gives frames to the kernel. Kernel:
  /// `XDP_DIAG_UMEM_FILL_RING`.
  public var fillRingEntries: UInt32?
  /// The number of descriptors in the ring by which the kernel returns sent frames. Kernel:
  /// `XDP_DIAG_UMEM_COMPLETION_RING`.
  public var completionRingEntries: UInt32?
  /// Memory in use and its limits. Kernel: `XDP_DIAG_MEMINFO`.
  public var memory: SocketMemory?
  /// Counts of lost frames. Kernel: `XDP_DIAG_STATS`, since 5.9.
  public var statistics: Statistics?
  /// Attributes that are not decoded here, and those that are longer than this library knows.
  public var unknownAttributes: [UnknownAttribute] = []

  /// Creates an empty record, for a decoder to fill.
  public init() {}

  /// A queue of a network device.
  ///
  /// Kernel: `struct xdp_diag_info`, linux/xdp_diag.h.
  public struct DeviceQueue: Hashable, Sendable {
    /// The device; 0 if it was removed. Kernel: `ifindex`.
    public var interfaceIndex: UInt32
    /// The number of the queue, from 0 on. Kernel: `queue_id`.
    public var number: UInt32

    /// Creates a queue from its parts.
    public init(interfaceIndex: UInt32, number: UInt32) {
      self.interfaceIndex = interfaceIndex
      self.number = number
    }
  }

  /// Memory for frames.
  ///
  /// Kernel: `struct xdp_diag_umem`, linux/xdp_diag.h.
  public struct UserMemory: Hashable, Sendable {
    /// Bytes. Kernel: `size`.
    public var bytes: UInt64 = 0
    /// The kernel's number for this memory. Sockets with the same number share it. Kernel: `id`.
    public var id: UInt32 = 0
    /// Pages. Kernel: `num_pages`.
    public var pageCount: UInt32 = 0
    /// Bytes for one frame. Kernel: `chunk_size`.
    public var chunkBytes: UInt32 = 0
    /// Bytes that the kernel leaves free before each frame. Kernel: `headroom`.
    public var headroomBytes: UInt32 = 0
    /// The queue of a device that uses the memory. Kernel: `ifindex`, `queue_id`.
    public var queue = DeviceQueue(interfaceIndex: 0, number: 0)
    /// Options. Kernel: `flags`.
    public var flags: Flags = []
    /// The number of sockets that use the memory. Kernel: `refs`.
    public var references: UInt32 = 0

    /// Creates an empty memory.
    public init() {}

    /// Options of the memory.
    ///
    /// Kernel: `XDP_DU_F_*`, linux/xdp_diag.h.
    public struct Flags: OptionSet, Hashable, Sendable, Codable {
      /// The kernel's bits.
      public let rawValue: UInt32

      /// Creates a set from the kernel's bits.
      public init(rawValue: UInt32) { self.rawValue = rawValue }

      /// The device writes frames directly into the memory. Kernel: `XDP_DU_F_ZEROCOPY`.
      public static let zeroCopy = Flags(rawValue: 1)

      /// The flags with their names.
      package static let names = [FieldBit(1, "zerocopy")]
    }
  }

  /// Counts of frames and descriptors that were lost.
  ///
  /// Kernel: `struct xdp_diag_stats`, linux/xdp_diag.h.
  public struct Statistics: Hashable, Sendable {
    /// Received frames that were dropped for other reasons than a full ring. Kernel: `n_rx_dropped`.
    public var receiveDropped: UInt64 = 0
    /// Invalid descriptors in the fill ring. Kernel: `n_rx_invalid`.
    public var receiveInvalid: UInt64 = 0
    /// Received frames that were dropped because the ring was full. Kernel: `n_rx_full`.
    public var receiveRingFull: UInt64 = 0
    /// How often the fill ring was empty. Kernel: `n_fill_ring_empty`.
    public var fillRingEmpty: UInt64 = 0
    /// Invalid descriptors in the send ring. Kernel: `n_tx_invalid`.
    public var sendInvalid: UInt64 = 0
    /// How often the send ring was empty. Kernel: `n_tx_ring_empty`.
    public var sendRingEmpty: UInt64 = 0

    /// Creates counts of zero.
    public init() {}
  }
}

extension XDPSocket: KernelSocket {
  /// Always XDP.
  public var family: AddressFamily { .xdp }
  /// Always `xdp`.
  public var netID: String { "xdp" }
  /// Always false.
  public var isConnectionOriented: Bool { false }
  /// Always `close`: no XDP socket has a peer.
  public var state: SocketState { .close }
  /// The cookie.
  public var identity: SocketIdentity? { cookie.map { SocketIdentity(.xdp, protocol: 0, $0) } }
  /// The memory that the kernel counts for the socket. Frames in the rings do not count.
  public var queues: SocketQueues? { memory.map { .bytes(received: $0.receiveAllocated, unsent: $0.sendAllocated) } }
  /// Always `nil`: no record names a cgroup.
  public var cgroupID: UInt64? { nil }
  /// The device; 0 if the record has none.
  public var interfaceIndex: UInt32 { queue?.interfaceIndex ?? 0 }
  /// Always sock_diag.
  public var source: SocketSource { .sockDiag }

  /// Appends the device and the queue: `eth0:q0`; `*` if the socket has no device.
  public func appendLocal<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    guard let queue, queue.interfaceIndex != 0 else { return text.append(UInt8(ascii: "*")) }
    names.appendInterface(queue.interfaceIndex, to: &text)
    text.append(contentsOf: ":q".utf8)
    text.appendDecimal(UInt64(queue.number))
  }

  /// Appends `*`: there is no peer.
  public func appendRemote<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    text.append(UInt8(ascii: "*"))
  }

  /// The device and the queue. Allocates.
  public var description: String { "xdp \(localText)" }
}

extension XDPSocket: FilterSubject {
  /// Answers one condition of a filter. The device is compared by `dev`.
  public func answer(to question: FilterQuestion) -> Bool? {
    if case .interface(let index) = question.condition { return queue.map { $0.interfaceIndex == index } }
    return commonAnswer(to: question.condition)
  }
}

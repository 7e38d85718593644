internal import SockDiagWire

extension Paint {
  /// The colour of a cell.
  init(_ column: TableColumn, of socket: some KernelSocket) {
    switch column {
    case .state: self = Self.state(socket.state)
    case .acceptQueue: self = Self.acceptQueue(socket.queues)
    case .receiveQueue: self = Self.receiveQueue(socket.queues, isTCP: socket.isConnectionOriented)
    default: self = .none
    }
  }

  /// Listeners stand out, connections that open or close too, and TIME_WAIT records are faint.
  private static func state(_ state: SocketState) -> Paint {
    switch state {
    case .listen: .good
    case .established, .close, .boundInactive: .none
    case .timeWait: .faint
    default: .passing
    }
  }

  /// A full queue, where the kernel drops connections, is bad; one that is half full is on its way.
  private static func acceptQueue(_ queues: SocketQueues?) -> Paint {
    guard case .connections(let waiting, let limit?) = queues, waiting > 0 else { return .none }
    return waiting >= limit ? .bad : waiting >= limit - limit / 2 ? .passing : .none
  }

  /// Data that the program does not read. The record has no size of the buffer, so the kernel's defaults count: half of
  /// 128 KiB is a TCP window that is used up (`tcp_rmem`), and a UDP socket drops datagrams at 208 KiB (`rmem_default`).
  private static func receiveQueue(_ queues: SocketQueues?, isTCP: Bool) -> Paint {
    guard case .bytes(let received, _) = queues else { return .none }
    let full: UInt32 = isTCP ? 64 << 10 : 160 << 10
    return received >= full ? .bad : received >= full / 4 ? .passing : .none
  }
}

internal import SockDiagWire
internal import SocketOwners

extension SocketCells {
  /// What a socket is sorted by under a key; `nil` if it has no value.
  mutating func sortValue(_ column: TableColumn, of socket: some ShownSocket, _ holders: HolderList?) -> SortValue? {
    switch column {
    case .acceptQueue:
      if case .connections(let waiting, _) = socket.queues { .number(UInt64(waiting)) } else { nil }
    case .receiveQueue: if case .bytes(let received, _) = socket.queues { .number(UInt64(received)) } else { nil }
    case .sendQueue: if case .bytes(_, let unsent) = socket.queues { .number(UInt64(unsent)) } else { nil }
    case .local: Self.sortValue(socket.ends?.local) ?? .text(Array(socket.localText.utf8))
    case .remote: socket.remotePort == nil ? nil : Self.sortValue(socket.ends?.remote)
    case .localPort: socket.ends.map { .number(UInt64($0.local.port)) }
    case .remotePort: socket.remotePort.map { .number(UInt64($0)) }
    case .timer: socket.timer.map { .number(UInt64($0.expiresMilliseconds)) }
    case .uid: socket.uid.map { .number(UInt64($0)) }
    case .inode: socket.inode == 0 ? nil : .number(UInt64(socket.inode))
    case .cookie: (socket.cookie?.rawValue).map { .number($0) }
    case .cgroupID: socket.cgroupID.map { .number($0) }
    case .mark: socket.mark.map { .number(UInt64($0)) }
    case .figure(let index):
      index < TableColumn.figures.count ? socket.value(of: TableColumn.figures[index]).map { .number($0) } : nil
    case .pid: holders?.entries.first.map { .number(UInt64(UInt32(bitPattern: $0.holder.pid))) }
    case .age: (holders?.processes.age).map { .number(UInt64(clamping: $0)) }
    // By name, and not by the descriptors behind it.
    case .process: holders?.entries.first?.process.map { .text($0.command) }
    // The batch knows it.
    case .namespace, .direction: nil
    default: text(column, of: socket, holders)
    }
  }

  private mutating func text(_ column: TableColumn, of socket: some ShownSocket, _ holders: HolderList?) -> SortValue? {
    var text: [UInt8] = []
    append(column, of: socket, SocketNotes(holders: holders), to: &text)
    return text == [UInt8(ascii: "-")] ? nil : .text(text)
  }

  private static func sortValue(_ end: SocketAddress?) -> SortValue? {
    end.map { .address([UInt64($0.address.family.rawValue), $0.address.high, $0.address.low, UInt64($0.port)]) }
  }
}

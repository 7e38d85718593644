internal import SockDiagWire
internal import SocketOwners

extension SocketCells {
  /// Appends a cell of a column that is shown only where it is asked for; `-` where the socket has no value.
  @inline(never)
  mutating func appendRare(
    _ column: TableColumn, of socket: some ShownSocket, _ notes: SocketNotes, to text: inout [UInt8]
  ) {
    switch column {
    case .process: text.append(notes)
    case .result: text.append(contentsOf: (notes.result ?? "-").utf8)
    case .namespace: text.append(name: notes.namespace.map { Array($0.label.utf8) })
    case .direction: text.append(name: notes.directions?.name(of: socket).map { Array($0.utf8) })
    case .localPort: text.append(number: socket.ends?.local.port)
    case .remotePort: text.append(number: socket.remotePort)
    case .service: text.append(name: service(of: socket))
    case .interface:
      if socket.interfaceIndex == 0 {
        text.append(UInt8(ascii: "-"))
      } else {
        interfaces.append(socket.interfaceIndex, to: &text)
      }
    case .uid: text.append(number: socket.uid)
    case .user: text.append(name: socket.uid.map { users.name($0) })
    case .inode: text.append(number: socket.inode == 0 ? nil : socket.inode)
    case .cookie: text.append(number: socket.cookie?.rawValue)
    case .cgroupID: text.append(number: socket.cgroupID)
    case .mark: text.append(number: socket.mark)
    case .figure(let index): Self.append(index, of: socket, to: &text)
    default: text.append(column, of: notes.holders?.processes ?? [])
    }
  }

  /// The service of the local port, or of the peer's: a client's own port means nothing.
  mutating func service(of socket: some ShownSocket) -> [UInt8]? {
    guard let ends = socket.ends else { return nil }
    return services.name(ends.local.port, socket.netID) ?? services.name(ends.remote.port, socket.netID)
  }

  private static func append(_ index: Int, of socket: some ShownSocket, to text: inout [UInt8]) {
    guard index < TableColumn.figures.count, let value = socket.value(of: TableColumn.figures[index]) else {
      text.append(UInt8(ascii: "-"))
      return
    }
    if TableColumn.figures[index].isTime {
      text.append(Duration.microseconds(Int64(clamping: value)))
    } else {
      text.appendDecimal(value)
    }
  }
}

extension SocketDirections {
  /// The direction of a socket as a word; `nil` if it has none, as sockets of other families than IPv4 and IPv6.
  func name(of socket: some ShownSocket) -> String? { (socket as? InetSocket).flatMap(direction)?.description }
}

extension ShownSocket {
  /// The peer's port; `nil` where there is no peer.
  var remotePort: UInt16? { ends.flatMap { $0.remote.port == 0 ? nil : $0.remote.port } }
}

extension [UInt8] {
  fileprivate mutating func append(number: (some UnsignedInteger)?) {
    if let number { appendDecimal(UInt64(number)) } else { append(UInt8(ascii: "-")) }
  }

  fileprivate mutating func append(name: [UInt8]?) {
    if let name, !name.isEmpty { appendCell(name) } else { append(UInt8(ascii: "-")) }
  }
}

internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// The sockets of one query, of any family.
protocol SocketBatch {
  var count: Int { get }
  /// The keys of a search for processes.
  var wanted: [WantedSocket] { get }

  /// Whether a socket passes the conditions about processes; `nil` if these are hidden.
  func decides(_ filter: SocketFilter, _ index: Int, _ book: HolderBook) -> Bool?
  /// The processes that hold a socket.
  func holders(_ index: Int, _ book: HolderBook) -> HolderList
  /// Whether a socket has processes that this user may not see.
  func hidesHolders(_ index: Int, _ book: HolderBook) -> Bool
  /// What a socket is sorted by.
  func sortValues(_ index: Int, _ order: SortOrder, _ holders: HolderList?, _ cells: inout SocketCells) -> [SortValue?]
  /// The address at which a server has the socket; `nil` for a connection.
  func servedAddress(_ index: Int) -> ServedAddress?
  /// How much waits at a socket.
  func backlog(_ index: Int) -> UInt32
  /// The addresses to look up names for.
  func addresses(_ index: Int) -> [IPAddress]
  func render(_ index: Int, _ notes: SocketNotes, with renderer: any SocketRenderer) throws(CommandFailure)
}

/// The address at which a server has one socket or many.
struct ServedAddress: Hashable {
  /// The inode of the namespace, if those of all are shown.
  var namespace: UInt64?
  var netID: String
  var state: SocketState
  var local: SocketAddress
  var interface: UInt32
  var isDualStack: Bool
}

/// A batch of sockets of one type.
struct TypedBatch<Socket: ShownSocket & FilterSubject>: SocketBatch {
  let sockets: [Socket]
  /// Their namespace, if those of all are shown.
  var namespace: NamespaceTag?
  /// The facts from which their directions follow, if these are shown.
  var directions: SocketDirections?

  var count: Int { sockets.count }
  var wanted: [WantedSocket] { sockets.map(WantedSocket.init) }

  func decides(_ filter: SocketFilter, _ index: Int, _ book: HolderBook) -> Bool? {
    book.decides(filter, sockets[index])
  }

  func holders(_ index: Int, _ book: HolderBook) -> HolderList { book.list(of: sockets[index]) }

  func hidesHolders(_ index: Int, _ book: HolderBook) -> Bool { book.hidesHolders(of: sockets[index]) }

  func sortValues(
    _ index: Int, _ order: SortOrder, _ holders: HolderList?, _ cells: inout SocketCells
  ) -> [SortValue?] {
    cells.interfaces.use(namespace)
    return order.keys.map { key in
      switch key.column {
      case .namespace: namespace.map { .text(Array($0.label.utf8)) }
      case .direction: directions?.name(of: sockets[index]).map { .text(Array($0.utf8)) }
      default: cells.sortValue(key.column, of: sockets[index], holders)
      }
    }
  }

  func servedAddress(_ index: Int) -> ServedAddress? {
    let socket = sockets[index]
    guard let ends = socket.ends, ends.remote.port == 0, ends.remote.address.isUnspecified else { return nil }
    return ServedAddress(
      namespace: namespace?.namespace.id.inode, netID: socket.netID, state: socket.state, local: ends.local,
      interface: socket.interfaceIndex,
      isDualStack: (socket as? InetSocket)?.isDualStackWildcard == true)
  }

  func backlog(_ index: Int) -> UInt32 {
    switch sockets[index].queues {
    case .connections(let waiting, _): waiting
    case .bytes(let received, _): received
    case nil: 0
    }
  }

  func addresses(_ index: Int) -> [IPAddress] {
    sockets[index].ends.map { [$0.local.address, $0.remote.address] } ?? []
  }

  func render(_ index: Int, _ notes: SocketNotes, with renderer: any SocketRenderer) throws(CommandFailure) {
    var notes = notes
    notes.namespace = namespace
    notes.directions = directions
    try renderer.render(sockets[index], notes)
  }
}

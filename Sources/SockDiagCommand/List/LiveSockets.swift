internal import SockDiag
internal import SocketOwners

/// Reads the live sockets and hands them to a renderer.
struct LiveSockets: ~Copyable {
  private var inspector: SocketInspector
  /// Remarks for standard error, after the output.
  private(set) var remarks = Remarks()

  init() throws(SockDiagError) { inspector = try SocketInspector() }

  /// Hands all sockets to the renderer, each once, in the kernel's order or by port.
  mutating func show(
    _ queries: [any ListedQuery], byPort: Bool = false, with renderer: any SocketRenderer
  ) throws {
    for query in queries { try show(query, byPort: byPort, with: renderer) }
  }

  @specialized(where Query == SocketQuery)
  private mutating func show<Query: ListedQuery>(
    _ query: Query, byPort: Bool, with renderer: any SocketRenderer
  ) throws {
    for socket in try dump(query, byPort: byPort) { try renderer.render(socket) }
  }

  /// The sockets of a query. Adds remarks about the list.
  private mutating func dump<Query: ListedQuery>(_ query: Query, byPort: Bool) throws(SockDiagError) -> [Query.Socket] {
    var dump = try Progress.during("reading sockets") { () throws(SockDiagError) in try query.dump(by: &inspector) }
    if byPort { query.sortByPort(&dump.sockets) }
    query.note(dump.completeness, by: inspector, in: &remarks)
    return dump.sockets
  }

  /// Hands sockets to the renderer together with the processes that hold them.
  ///
  /// - Parameter visibly: Whether to show the processes; otherwise only the filter uses them.
  mutating func showHolders(
    of selection: Selection, visibly: Bool, byPort: Bool, with renderer: any SocketRenderer
  ) throws {
    // One search for processes serves all queries.
    var lists: [any HeldList] = []
    for query in selection.listedQueries { lists.append(try heldList(query, byPort: byPort)) }
    let book = try HolderBook(wanted: lists.flatMap(\.wanted))
    let showing = HolderShowing(book: book, filter: selection.filter.holderPart, isVisible: visibly, renderer: renderer)
    var (undecided, hidden) = (0, 0)
    for list in lists {
      let (undecidedInList, hiddenInList) = try list.show(showing)
      undecided += undecidedInList
      hidden += hiddenInList
    }
    remarks.note(undecided: undecided, hidden: hidden)
  }

  private mutating func heldList<Query: ListedQuery>(_ query: Query, byPort: Bool) throws -> any HeldList {
    SocketList(sockets: try dump(query, byPort: byPort))
  }

  /// Hands each socket to the renderer at once, without collecting them. A socket may be listed twice.
  mutating func stream(_ queries: [any ListedQuery], to renderer: any SocketRenderer) throws {
    for query in queries { try stream(query, to: renderer) }
  }

  @specialized(where Query == SocketQuery)
  private mutating func stream<Query: ListedQuery>(_ query: Query, to renderer: any SocketRenderer) throws {
    let completeness = try Progress.during("reading sockets", writesOutput: true) {
      try query.forEach(by: &inspector) { socket in
        try renderer.render(socket)
        return .continue
      }
    }
    query.note(completeness, by: inspector, in: &remarks)
  }
}

/// The sockets of one query, of any family, with a search for their processes.
private protocol HeldList {
  /// The keys of the search.
  var wanted: [WantedSocket] { get }
  /// Shows the sockets that pass. Returns how many could not be decided, and how many hide their processes.
  func show(_ showing: HolderShowing) throws -> (undecided: Int, hidden: Int)
}

/// How sockets are shown when their holders are known.
private struct HolderShowing {
  let book: HolderBook
  let filter: SocketFilter
  let isVisible: Bool
  let renderer: any SocketRenderer
}

private struct SocketList<Socket: ShownSocket & FilterSubject>: HeldList {
  let sockets: [Socket]

  var wanted: [WantedSocket] { sockets.map(WantedSocket.init) }

  func show(_ showing: HolderShowing) throws -> (undecided: Int, hidden: Int) {
    var (undecided, hidden) = (0, 0)
    for socket in sockets {
      let passes = showing.book.decides(showing.filter, socket)
      if passes == nil { undecided += 1 }
      guard passes == true else { continue }
      if showing.isVisible, showing.book.hidesHolders(of: socket) { hidden += 1 }
      let holders = showing.isVisible ? showing.book.list(of: socket) : nil
      try showing.renderer.render(socket, SocketNotes(holders: holders))
    }
    return (undecided, hidden)
  }
}

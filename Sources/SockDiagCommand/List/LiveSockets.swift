internal import SockDiag

/// Reads the live sockets and hands them to a renderer.
struct LiveSockets: ~Copyable {
  private var inspector: SocketInspector
  /// Remarks for standard error, after the output.
  private(set) var remarks = Remarks()

  init() throws(SockDiagError) { inspector = try SocketInspector() }

  /// Hands all sockets to the renderer, each once, in the kernel's order or in the given one.
  mutating func show(
    _ queries: [SocketQuery], in order: ((InetSocket, InetSocket) -> Bool)? = nil, with renderer: any SocketRenderer
  ) throws {
    for query in queries {
      var dump = try inspector.dump(query)
      if let order { dump.sockets.sort(by: order) }
      for socket in dump.sockets { try renderer.render(socket) }
      remarks.note(query.protocol, dump.completeness, inspector.substitution)
    }
  }

  /// Hands sockets to the renderer together with the processes that hold them.
  ///
  /// - Parameter visibly: Whether to show the processes; otherwise only the filter uses them.
  mutating func showHolders(
    of selection: Selection, visibly: Bool, in order: ((InetSocket, InetSocket) -> Bool)?,
    with renderer: any SocketRenderer
  ) throws {
    // One search for processes serves all queries.
    var lists: [[InetSocket]] = []
    for query in selection.queries {
      let dump = try inspector.dump(query)
      lists.append(order.map { dump.sockets.sorted(by: $0) } ?? dump.sockets)
      remarks.note(query.protocol, dump.completeness, inspector.substitution)
    }
    let book = try HolderBook(Array(lists.joined()))
    let holderPart = selection.filter.holderPart
    var (undecided, hidden) = (0, 0)
    for socket in lists.joined() {
      let passes = book.decides(holderPart, socket)
      if passes == nil { undecided += 1 }
      guard passes == true else { continue }
      if visibly, book.hidesHolders(of: socket) { hidden += 1 }
      try renderer.render(socket, SocketNotes(holders: visibly ? book.list(of: socket) : nil))
    }
    remarks.note(undecided: undecided, hidden: hidden)
  }

  /// Hands each socket to the renderer at once, without collecting them. A socket may be listed twice.
  mutating func stream(_ queries: [SocketQuery], to renderer: any SocketRenderer) throws {
    for query in queries {
      let completeness = try inspector.forEach(query) { socket in
        try renderer.render(socket)
        return .continue
      }
      remarks.note(query.protocol, completeness, inspector.substitution)
    }
  }
}

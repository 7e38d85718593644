internal import SockDiag

/// The sockets of `watch` on a screen.
enum WatchTable {
  /// Draws titles and the visible rows of a model.
  static func draw(_ model: inout WatchModel, into frame: inout ScreenFrame, from top: Int) {
    let order = model.request.order
    let columns = WatchColumn.allCases.filter { $0 != .namespace || model.showsNamespaces }
    var grid = WatchGrid(
      columns.map { column in
        WatchGrid.Column(
          shape: column.tableColumn(order), isSorted: WatchColumn.columns(of: order).contains(column),
          isHistory: column == .history, regains: [.peer, .process, .local].contains(column))
      })
    for row in model.visibleRows {
      model.cells.interfaces.use(row.namespace)
      let cells = columns.map { cell($0, of: row, &model) }
      grid.rows.append(
        WatchGrid.Row(cells: cells, isChosen: row.key == model.chosen, paint: row.hasEnded ? .faint : nil))
    }
    grid.draw(&model.widths, into: &frame, from: top)
  }

  private static func cell(_ column: WatchColumn, of row: WatchRow, _ model: inout WatchModel) -> WatchGrid.Cell {
    var text: [UInt8] = []
    let (socket, figures) = (row.socket, row.figures)
    switch column {
    case .mark: return mark(row)
    case .namespace:
      text.appendVisible((row.namespace?.label ?? "").utf8)
      return WatchGrid.Cell(text)
    case .process:
      if let owner = model.owners[row.key] { return WatchGrid.Cell(owner.label) }
      // No process holds a record of a closed connection. Others have not been looked up yet.
      return WatchGrid.Cell(socket.inode == 0 && !row.hasEnded ? "-" : "")
    case .netID: return WatchGrid.Cell(socket.netID)
    case .local:
      model.cells.append(.local, of: socket, SocketNotes(), to: &text)
      return WatchGrid.Cell(text)
    case .peer:
      model.cells.append(.remote, of: socket, SocketNotes(), to: &text)
      return WatchGrid.Cell(text)
    case .state:
      let name = row.hasEnded ? "ended" : socket.state.brief(isConnectionOriented: socket.isConnectionOriented)
      return WatchGrid.Cell(name, Paint(.state, of: socket))
    case .received: return WatchFigureText.rate(figures.received)
    case .sent: return WatchFigureText.rate(figures.sent)
    case .retransmits: return WatchFigureText.retransmits(figures.retransmitted)
    case .roundTrip: return WatchGrid.Cell(WatchFigureText.time(figures.roundTrip))
    case .receiveQueue: return receiveQueue(socket)
    case .sendQueue:
      if socket.state == .listen { return WatchGrid.Cell("-", .faint) }
      return WatchFigureText.count(UInt64(socket.sendQueue))
    case .age: return WatchGrid.Cell((row.isOlder ? "≥" : "") + WatchFigureText.age(figures.age))
    case .history: return WatchGrid.Cell(row.history.blocks(RateHistory.capacity), .good)
    }
  }

  private static func mark(_ row: WatchRow) -> WatchGrid.Cell {
    switch row.change {
    case .appeared where !row.isOlder: WatchGrid.Cell("+", .good)
    case .ended: WatchGrid.Cell("-", .faint)
    default: WatchGrid.Cell("")
    }
  }

  private static func receiveQueue(_ socket: InetSocket) -> WatchGrid.Cell {
    guard case .connections(let waiting, let limit) = socket.queues else {
      return WatchFigureText.count(UInt64(socket.receiveQueue), Paint(.receiveQueue, of: socket))
    }
    let text = "\(waiting)/\(limit.map(String.init) ?? "?")"
    return WatchGrid.Cell(text, waiting == 0 ? .faint : Paint(.acceptQueue, of: socket))
  }
}

internal import SockDiag

/// The rows of `watch` on a screen.
struct WatchTable {
  private struct Cell {
    var text: [UInt8]
    var paint = Paint.none
  }

  private let columns = WatchColumn.allCases
  private let shapes: [TablePage.Column]

  private init(_ order: WatchOrder) { shapes = columns.map { $0.tableColumn(order) } }

  /// Draws a header and the visible rows of a model.
  ///
  /// - Parameter top: The line of the header.
  static func draw(_ model: inout WatchModel, into frame: inout ScreenFrame, from top: Int) {
    WatchTable(model.request.order).draw(&model, into: &frame, from: top)
  }

  private func draw(_ model: inout WatchModel, into frame: inout ScreenFrame, from top: Int) {
    let rows = Array(model.visibleRows)
    var cells: [[Cell]] = []
    for row in rows { cells.append(columns.map { cell($0, of: row, &model) }) }
    let layout = layout(cells, &model.widths, frame.columns)
    drawLine(columns.map { Cell(text: Array($0.title.utf8), paint: .strong) }, layout, into: &frame, at: top)
    markOrder(model.request, layout, into: &frame, at: top)
    for (index, row) in rows.enumerated() {
      let line = top + 1 + index
      drawLine(cells[index], layout, into: &frame, at: line, paint: row.hasEnded ? .faint : nil)
      if row.key == model.chosen { frame.invert(row: line) }
    }
  }

  private func layout(_ cells: [[Cell]], _ widths: inout WatchWidths, _ limit: Int) -> TableLayout {
    var natural: [Int] = []
    for (index, column) in columns.enumerated() {
      let widest = cells.map { DisplayWidth.of($0[index].text) }.max() ?? 0
      let usual = max(shapes[index].minimumWidth, column.title.utf8.count)
      // Histories use whatever is left.
      natural.append(column == .history ? usual : widths.widen(column, to: max(widest, usual)))
    }
    var layout = TableLayout(natural)
    layout.gap = 1
    layout.fit(shapes, into: limit, isSilent: columns.map { _ in false })
    layout.gap = 1
    // Columns that were left out make room for those that were narrowed before.
    for column in [WatchColumn.peer, .process, .local] where layout.isShown[column.rawValue] {
      let spare = max(limit - layout.total, 0)
      layout.widths[column.rawValue] = min(natural[column.rawValue], layout.widths[column.rawValue] + spare)
    }
    if layout.isShown[WatchColumn.history.rawValue] {
      let spare = max(limit - layout.total, 0)
      layout.widths[WatchColumn.history.rawValue] = min(RateHistory.capacity, natural.last.map { $0 + spare } ?? 0)
    }
    return layout
  }

  private func drawLine(
    _ cells: [Cell], _ layout: TableLayout, into frame: inout ScreenFrame, at line: Int, paint: Paint? = nil
  ) {
    var start = 0
    for index in columns.indices where layout.isShown[index] {
      let width = layout.widths[index]
      var text: [UInt8] = []
      if columns[index] == .history {
        text = historyText(cells[index].text, width)
      } else {
        ShortenedCell.append(cells[index].text[...], width: width, shapes[index].yielding, to: &text)
      }
      let indent = shapes[index].alignsRight ? max(width - DisplayWidth.of(text), 0) : 0
      frame.put(text, row: line, column: start + indent, limit: start + width, paint ?? cells[index].paint)
      start += width + layout.gap
    }
  }

  /// The newest values: those on the right.
  private func historyText(_ text: [UInt8], _ width: Int) -> [UInt8] {
    let characters = Array(String(decoding: text, as: UTF8.self))
    return Array(String(characters.suffix(width)).utf8)
  }

  /// Marks the title of the column that rows are sorted by.
  private func markOrder(
    _ request: WatchRequest, _ layout: TableLayout, into frame: inout ScreenFrame, at line: Int
  ) {
    let sorted = WatchColumn.columns(of: request.order)
    var start = 0
    for index in columns.indices where layout.isShown[index] {
      let width = layout.widths[index]
      if sorted.contains(columns[index]) {
        let title = columns[index].title
        let column = start + max(width - title.utf8.count, 0)
        frame.put(title, row: line, column: column, limit: start + width, .strong, isInverse: true)
      }
      start += width + layout.gap
    }
  }

  // MARK: Cells

  private func cell(_ column: WatchColumn, of row: WatchRow, _ model: inout WatchModel) -> Cell {
    var text: [UInt8] = []
    let (socket, figures) = (row.socket, row.figures)
    switch column {
    case .mark: return mark(row)
    case .process:
      if let owner = model.owners[row.key] { return Cell(text: owner.label) }
      // Nothing holds a record of a closed connection; of others it is not known yet.
      return Cell(text: Array((socket.inode == 0 && !row.hasEnded ? "-" : "").utf8))
    case .netID: return Cell(text: Array(socket.netID.utf8))
    case .local:
      model.cells.append(.local, of: socket, SocketNotes(), to: &text)
      return Cell(text: text)
    case .peer:
      model.cells.append(.remote, of: socket, SocketNotes(), to: &text)
      return Cell(text: text)
    case .state:
      let name = row.hasEnded ? "ended" : socket.state.brief(isConnectionOriented: socket.isConnectionOriented)
      return Cell(text: Array(name.utf8), paint: Paint(.state, of: socket))
    case .received: return rate(figures.received)
    case .sent: return rate(figures.sent)
    case .retransmits:
      let isBad = (figures.retransmitted ?? 0) > 0
      return Cell(text: Array(WatchFigureText.rare(figures.retransmitted).utf8), paint: isBad ? .bad : .faint)
    case .roundTrip: return Cell(text: Array(WatchFigureText.time(figures.roundTrip).utf8))
    case .receiveQueue: return receiveQueue(socket)
    case .sendQueue: return sendQueue(socket)
    case .age: return Cell(text: Array(((row.isOlder ? "≥" : "") + WatchFigureText.age(figures.age)).utf8))
    case .history: return Cell(text: Array(row.history.blocks(RateHistory.capacity).utf8), paint: .good)
    }
  }

  private func mark(_ row: WatchRow) -> Cell {
    switch row.change {
    case .appeared where !row.isOlder: Cell(text: Array("+".utf8), paint: .good)
    case .ended: Cell(text: Array("-".utf8), paint: .faint)
    default: Cell(text: [])
    }
  }

  private func rate(_ value: Double?) -> Cell {
    Cell(text: Array(WatchFigureText.scaled(value).utf8), paint: (value ?? 0) > 0 ? .none : .faint)
  }

  private func receiveQueue(_ socket: InetSocket) -> Cell {
    if case .connections(let waiting, let limit) = socket.queues {
      let text = "\(waiting)/\(limit.map(String.init) ?? "?")"
      return Cell(text: Array(text.utf8), paint: Paint(.acceptQueue, of: socket).or(waiting == 0 ? .faint : .none))
    }
    return queue(socket.receiveQueue, Paint(.receiveQueue, of: socket))
  }

  private func sendQueue(_ socket: InetSocket) -> Cell {
    socket.state == .listen ? Cell(text: Array("-".utf8), paint: .faint) : queue(socket.sendQueue, .none)
  }

  private func queue(_ bytes: UInt32, _ paint: Paint) -> Cell {
    Cell(text: Array(WatchFigureText.scaled(Double(bytes)).utf8), paint: paint.or(bytes == 0 ? .faint : .none))
  }
}

extension Paint {
  /// This paint, or another where this is none.
  fileprivate func or(_ other: Paint) -> Paint { self == .none ? other : self }
}

internal import SockDiag

/// The groups of `watch` on a screen.
enum WatchGroupTable {
  private enum Column: CaseIterable {
    case name, sockets, received, sent, retransmits, roundTrip, waiting, receiveQueue, sendQueue, new, ended, history

    var shape: TablePage.Column {
      switch self {
      case .name: TablePage.Column(title: "Group", minimumWidth: 20, yielding: .text, rank: 0)
      case .sockets: number("Sockets", 7, 1)
      case .received: number("In/s", 5, 2)
      case .sent: number("Out/s", 5, 3)
      case .retransmits: number("Rtx/s", 5, 4)
      case .roundTrip: number("RTT", 6, 5)
      case .waiting: number("Waiting", 7, 6)
      case .receiveQueue: number("Recv-Q", 6, 7)
      case .sendQueue: number("Send-Q", 6, 8)
      case .new: number("New", 5, 10)
      case .ended: number("Ended", 5, 11)
      case .history: number("History", 10, 9)
      }
    }

    private func number(_ title: String, _ width: Int, _ rank: Int) -> TablePage.Column {
      TablePage.Column(title: title, alignsRight: true, minimumWidth: width, rank: rank)
    }
  }

  private static func columns(of order: WatchOrder) -> [Column] {
    switch order {
    case .rate: [.received, .sent]
    case .retransmits: [.retransmits]
    case .rtt: [.roundTrip]
    case .queue: [.waiting, .receiveQueue, .sendQueue]
    case .age: [.sockets]
    }
  }

  /// Draws titles and the visible groups of a model.
  static func draw(_ model: inout WatchModel, into frame: inout ScreenFrame, from top: Int) {
    let sorted = columns(of: model.request.order)
    var grid = WatchGrid(
      Column.allCases.map { column in
        var shape = column.shape
        if let place = sorted.firstIndex(of: column) { shape.rank = place + 1 }
        return WatchGrid.Column(
          shape: shape, isSorted: sorted.contains(column), isHistory: column == .history, regains: column == .name)
      })
    for group in model.visibleGroups {
      grid.rows.append(
        WatchGrid.Row(
          cells: Column.allCases.map { cell($0, group) }, isChosen: group.key == model.chosen,
          paint: group.sums.sockets == 0 ? .faint : nil))
    }
    grid.draw(&model.widths, into: &frame, from: top)
  }

  private static func cell(_ column: Column, _ group: WatchGroup) -> WatchGrid.Cell {
    let (sums, figures) = (group.sums, group.figures)
    switch column {
    case .name:
      var text: [UInt8] = []
      text.appendVisible(group.name.text.utf8)
      return WatchGrid.Cell(text)
    case .sockets: return WatchGrid.Cell(Figure.grouped(sums.sockets))
    case .received: return WatchFigureText.rate(figures.received)
    case .sent: return WatchFigureText.rate(figures.sent)
    case .retransmits: return WatchFigureText.retransmits(figures.retransmitted)
    case .roundTrip: return WatchGrid.Cell(WatchFigureText.time(figures.roundTrip))
    case .waiting: return WatchFigureText.count(sums.acceptQueue, .passing)
    case .receiveQueue: return WatchFigureText.count(sums.receiveQueue)
    case .sendQueue: return WatchFigureText.count(sums.sendQueue)
    case .new: return WatchFigureText.count(UInt64(sums.appeared))
    case .ended: return WatchFigureText.count(UInt64(sums.ended))
    case .history: return WatchGrid.Cell(group.history.blocks(RateHistory.capacity), .good)
    }
  }
}

/// Figures in cells: zeros are faint, so that what moves stands out.
extension WatchFigureText {
  static func rate(_ value: Double?) -> WatchGrid.Cell {
    WatchGrid.Cell(scaled(value), (value ?? 0) > 0 ? .none : .faint)
  }

  static func retransmits(_ value: Double?) -> WatchGrid.Cell {
    WatchGrid.Cell(rare(value), (value ?? 0) > 0 ? .bad : .faint)
  }

  static func count(_ value: UInt64, _ paint: Paint = .none) -> WatchGrid.Cell {
    WatchGrid.Cell(scaled(Double(value)), value == 0 ? .faint : paint)
  }
}

internal import SockDiag

/// A column of the table of sockets, in the order in which they stand.
enum WatchColumn: Int, CaseIterable, Hashable {
  case mark, process, netID, local, peer, state, received, sent, retransmits, roundTrip, receiveQueue, sendQueue, age
  case history

  var title: String {
    switch self {
    case .mark: ""
    case .process: "Process"
    case .netID: "Proto"
    case .local: "Local"
    case .peer: "Peer"
    case .state: "State"
    case .received: "In/s"
    case .sent: "Out/s"
    case .retransmits: "Rtx/s"
    case .roundTrip: "RTT"
    case .receiveQueue: "Recv-Q"
    case .sendQueue: "Send-Q"
    case .age: "Age"
    case .history: "History"
    }
  }

  /// The least width that the column has from the first sample on.
  private var usualWidth: Int {
    switch self {
    case .mark: 1
    case .process: 12
    case .netID: 5
    case .local, .peer: 15
    case .state: 7
    case .received, .sent, .retransmits: 5
    case .roundTrip, .receiveQueue, .sendQueue: 6
    case .age: 7
    case .history: 10
    }
  }

  private var yielding: TablePage.Yielding {
    switch self {
    case .process: .list
    case .local, .peer: .address
    default: .none
    }
  }

  private var alignsRight: Bool {
    switch self {
    case .received, .sent, .retransmits, .roundTrip, .receiveQueue, .sendQueue, .age: true
    default: false
    }
  }

  /// The order in which columns are left out on a narrow terminal, the highest first.
  private var rank: Int {
    switch self {
    case .mark, .peer: 0
    case .received: 1
    case .sent: 2
    case .process: 3
    case .state: 4
    case .roundTrip: 5
    case .local: 6
    case .retransmits: 7
    case .receiveQueue: 8
    case .sendQueue: 9
    case .history: 10
    case .age: 11
    case .netID: 12
    }
  }

  /// The columns that show what an order compares.
  private static func columns(of order: WatchOrder) -> Set<WatchColumn> {
    switch order {
    case .rate: [.received, .sent]
    case .retransmits: [.retransmits]
    case .rtt: [.roundTrip]
    case .queue: [.receiveQueue, .sendQueue]
    case .age: [.age]
    }
  }

  /// The column for a layout. What rows are sorted by is left out last.
  func tableColumn(_ order: WatchOrder) -> TablePage.Column {
    TablePage.Column(
      title: title, alignsRight: alignsRight, minimumWidth: usualWidth, yielding: yielding,
      rank: Self.columns(of: order).contains(self) ? 1 : rank)
  }
}

/// The widest cells that columns have had.
struct WatchWidths: Hashable {
  private var widths: [WatchColumn: Int] = [:]

  /// The width of a column that now has a cell this wide.
  mutating func widen(_ column: WatchColumn, to width: Int) -> Int {
    let widest = max(widths[column] ?? 0, width)
    widths[column] = widest
    return widest
  }
}

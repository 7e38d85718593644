internal import SockDiag

/// A column of the table of sockets, in the order in which they stand.
enum WatchColumn: Int, CaseIterable, Hashable {
  case mark, namespace, process, netID, local, peer, state, received, sent, retransmits, roundTrip, receiveQueue,
    sendQueue, age
  case history

  var title: String {
    switch self {
    case .mark: ""
    case .namespace: "Netns"
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
    case .namespace: 8
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
    case .namespace: .text
    case .process: .list
    case .local, .peer: .address
    default: .none
    }
  }

  private var alignsRight: Bool {
    switch self {
    case .received, .sent, .retransmits, .roundTrip, .receiveQueue, .sendQueue, .age, .history: true
    default: false
    }
  }

  /// The order in which columns are left out on a narrow terminal, the highest first.
  private var rank: Int {
    switch self {
    // A listener is known by its own end, a connection by its peer.
    case .mark, .local, .peer: 0
    case .namespace: 1
    case .received: 2
    case .sent: 3
    case .process: 4
    case .state: 5
    case .roundTrip: 6
    case .retransmits: 7
    case .receiveQueue: 8
    case .sendQueue: 9
    case .history: 10
    case .age: 11
    case .netID: 12
    }
  }

  /// The columns that show what an order compares.
  static func columns(of order: WatchOrder) -> [WatchColumn] {
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
    let place = Self.columns(of: order).firstIndex(of: self)
    return TablePage.Column(
      title: title, alignsRight: alignsRight, minimumWidth: usualWidth, yielding: yielding,
      rank: place.map { $0 + 1 } ?? rank)
  }
}

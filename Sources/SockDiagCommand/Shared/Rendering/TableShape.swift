internal import SockDiag

/// Which columns a table of sockets has.
///
/// They follow from the command line, not from the sockets: the same command line always has the same columns.
struct TableShape {
  enum Column: Hashable {
    case netID, state, acceptQueue, receiveQueue, sendQueue, local, remote, timer
  }

  var columns: [Column]

  /// The columns for sockets in the given states.
  ///
  /// The kernel reports two numbers for each socket. On a listener they are no bytes, but connections that wait for
  /// `accept` and how many may wait, so they have a column of their own there, `3/128`.
  ///
  /// - Parameters:
  ///   - states: The states of all sockets that may follow, of any family.
  ///   - showsTimers: Whether there is a column for timers.
  init(_ states: SocketStateSet, showsTimers: Bool = false) {
    let hasListeners = states.contains(.listen)
    let hasOthers = !states.subtracting(.listen).isEmpty
    // Neither a listener nor an unconnected socket has a peer.
    let hasPeers = !states.isSubset(of: [.listen, .close, .boundInactive])
    columns = [.netID, .state]
    if hasListeners { columns.append(.acceptQueue) }
    if hasOthers { columns += [.receiveQueue, .sendQueue] }
    columns.append(.local)
    if hasPeers { columns.append(.remote) }
    if showsTimers { columns.append(.timer) }
  }

  var tableColumns: [TablePage.Column] {
    columns.map { column in
      switch column {
      case .netID: TablePage.Column(title: "Proto")
      case .state: TablePage.Column(title: "State")
      case .acceptQueue: TablePage.Column(title: "Accept-Q", alignsRight: true)
      case .receiveQueue: TablePage.Column(title: "Recv-Q", alignsRight: true)
      case .sendQueue: TablePage.Column(title: "Send-Q", alignsRight: true)
      case .local: TablePage.Column(title: "Local")
      case .remote: TablePage.Column(title: "Peer")
      case .timer: TablePage.Column(title: "Timer")
      }
    }
  }
}

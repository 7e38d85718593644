internal import SockDiag

/// Which columns a table of sockets has.
///
/// They follow from the command line, not from the sockets: the same command line always has the same columns. Only on
/// a terminal that is too narrow some are left out.
struct TableShape {
  var columns: [TableColumn]

  /// The columns for sockets in the given states.
  ///
  /// The kernel reports two numbers for each socket. On a listener they are no bytes, but connections that wait for
  /// `accept` and how many may wait, so they have a column of their own there, `3/128`.
  ///
  /// - Parameters:
  ///   - states: The states of all sockets that may follow, of any family.
  ///   - showsTimers: Whether there is a column for timers.
  ///   - notes: For which notes there are columns.
  init(_ states: SocketStateSet, showsTimers: Bool = false, notes: SocketNotes.Kinds = []) {
    let hasListeners = states.contains(.listen)
    let hasOthers = !states.subtracting(.listen).isEmpty
    // Neither a listener nor an unconnected socket has a peer.
    let hasPeers = !states.isSubset(of: [.listen, .close, .boundInactive])
    columns = notes.contains(.namespace) ? [.namespace, .netID, .state] : [.netID, .state]
    if hasListeners { columns.append(.acceptQueue) }
    if hasOthers { columns += [.receiveQueue, .sendQueue] }
    columns.append(.local)
    if hasPeers { columns.append(.remote) }
    if showsTimers { columns.append(.timer) }
    if notes.contains(.holders) { columns.append(.process) }
    if notes.contains(.result) { columns.append(.result) }
  }
}

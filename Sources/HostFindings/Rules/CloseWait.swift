internal import SockDiag
internal import SockDiagWire

extension HostFacts {
  /// A connection is in CLOSE_WAIT from the peer's FIN until the program closes it. Only the program can end that:
  /// there is no timer and no sysctl for it.
  func closeWait(_ limits: FindingLimits) -> [Finding] {
    let old = oldCloseWaits(limits)
    guard old.count >= limits.closeWaitCount else { return [] }
    return Dictionary(grouping: old, by: { Culprit(process: process(of: $0), uid: $0.uid) })
      .filter { $0.value.count >= limits.closeWaitCount }
      .sorted { ($1.value.count, $0.key.order) < ($0.value.count, $1.key.order) }
      .map { finding($0.key, $0.value, limits) }
  }

  /// Sockets that have been in CLOSE_WAIT for at least this long.
  ///
  /// The time since the peer's last acknowledgement proves it: the FIN was one too, so CLOSE_WAIT is at least that old.
  /// The time since the last data proves nothing: a FIN without data does not reset it, so an idle connection would
  /// look old as soon as it is closed. /proc/net has neither, so all its sockets count.
  func oldCloseWaits(_ limits: FindingLimits) -> [InetSocket] {
    sockets.filter { socket in
      guard socket.state == .closeWait, socket.inode != 0 else { return false }
      return socket.tcpInfo?.sinceLastAcknowledgementReceived.map { $0 >= limits.closeWaitAge } ?? true
    }
  }

  private func finding(_ culprit: Culprit, _ sockets: [InetSocket], _ limits: FindingLimits) -> Finding {
    // The end of the stream counts as an unread byte.
    let unread = sockets.count { $0.receiveQueue > 0 }
    let reading =
      unread == 0
      ? "; it read all of them to the end" : "; it did not read \(unread) of them to the end"
    // A single destination leads to the faulty code.
    let remotes = Set(sockets.map { SocketAddress($0.remote.address.unmapped, port: $0.remote.port) })
    let who =
      culprit.process?.label ?? "a process that is hidden from you"
      + (culprit.uid.map { " (user id \($0))" } ?? "")
    return Finding(
      .closeWait, .failing, figure: UInt64(sockets.count), limit: UInt64(clamping: limits.closeWaitCount),
      unit: "sockets",
      subject: Finding.Subject(remote: remotes.count == 1 ? remotes.first : nil, process: culprit.process),
      text:
        "\(who) has not closed \(sockets.count.counted("connection")) that the peers closed"
        + " \(limits.closeWaitAge.components.seconds) s ago or earlier (CLOSE_WAIT)",
      advice:
        "it will run out of descriptors\(reading); this is a bug in the program: no sysctl helps, and a restart helps"
        + " only for a while")
  }
}

/// The user of the sockets, as far as it can be seen.
private struct Culprit: Hashable {
  var process: FilterHolder?
  /// Only if no process is known.
  var uid: UInt32?

  init(process: FilterHolder?, uid: UInt32?) {
    self.process = process
    self.uid = process == nil ? uid : nil
  }

  var order: Int64 { process.map { Int64($0.processID) } ?? Int64(uid ?? 0) + 1 << 32 }
}

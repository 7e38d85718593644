internal import SockDiagWire

/// A round over the table. Each socket is reported once in it, and once more if it ends before the round does.
///
/// Sockets are exchanged, not copied: a copy of a socket costs as much as its decoding.
extension TrackingTable {
  /// Takes a socket of the walk into the table and reports it. The socket is exchanged for one whose storage is free.
  @inline(__always)
  mutating func record(
    _ socket: inout Socket, _ mark: UInt32, at now: ContinuousClock.Instant, in round: inout TrackingRound,
    _ body: (borrowing TrackedSocket<Socket>) -> Void
  ) {
    let key = socket.trackingKey
    let (index, isNew) = advance(to: key == 0 ? 1 : key)
    if rounds[index] == mark, !isNew {
      round.duplicates += 1
      return
    }
    rounds[index] = mark
    round.sockets += 1
    report(index, &socket, isNew: isNew, at: now, in: &round, body)
  }

  /// Reports a socket that is there now, and keeps it.
  @inline(__always)
  mutating func report(
    _ index: Int, _ socket: inout Socket, isNew: Bool, at now: ContinuousClock.Instant,
    in round: inout TrackingRound, _ body: (borrowing TrackedSocket<Socket>) -> Void
  ) {
    swap(&lent.last, &sockets[index])
    swap(&lent.socket, &socket)
    lent.hasPrevious = !isNew
    lent.taken = now
    if isNew {
      lent.change = .appeared
      lent.elapsed = nil
      round.appeared += 1
      firstSeen[index] = now
      beganWhileTracked[index] = round.number > 1
    } else {
      switch lent.socket.comparison(with: lent.last) {
      case .same: lent.change = .continued
      case .changed: lent.change = .changed
      case .reset: lent.change = .reset
      }
      lent.elapsed = now - seen[index]
    }
    lent.firstSeen = firstSeen[index]
    lent.beganWhileTracked = beganWhileTracked[index]
    lent.isFinalRecord = false
    lent.leftTimeWait = false
    seen[index] = now
    statuses[index] = .present
    body(lent)
    swap(&lent.socket, &sockets[index])
  }

  /// Reports that the socket of an entry ended.
  ///
  /// - Parameter last: Its last record, if one came after that of the table.
  mutating func reportEnd(
    _ index: Int, last: Socket?, isFinal: Bool, leftTimeWait: Bool = false, at now: ContinuousClock.Instant,
    in round: inout TrackingRound, _ body: (borrowing TrackedSocket<Socket>) -> Void
  ) {
    round.ended += 1
    // It was counted as present if this round's walk saw it.
    if rounds[index] == UInt32(truncatingIfNeeded: round.number) { round.sockets -= 1 }
    lent.change = .ended
    lent.socket = last ?? sockets[index]
    lent.last = sockets[index]
    lent.hasPrevious = true
    lent.taken = now
    lent.elapsed = last == nil ? nil : now - seen[index]
    lent.firstSeen = firstSeen[index]
    lent.beganWhileTracked = beganWhileTracked[index]
    lent.isFinalRecord = isFinal
    lent.leftTimeWait = leftTimeWait
    body(lent)
  }

  /// Reports a socket that began and ended since the last look.
  mutating func reportUnseen(
    _ socket: Socket, leftTimeWait: Bool, at now: ContinuousClock.Instant,
    _ body: (borrowing TrackedSocket<Socket>) -> Void
  ) {
    lent.change = .ended
    lent.socket = socket
    lent.hasPrevious = false
    lent.taken = now
    lent.elapsed = nil
    lent.firstSeen = now
    lent.beganWhileTracked = true
    lent.isFinalRecord = true
    lent.leftTimeWait = leftTimeWait
    body(lent)
  }

  /// Whether every entry was seen in this round, so that there is nothing to look for.
  func isAllSeen(in round: TrackingRound) -> Bool { count == round.sockets }
}

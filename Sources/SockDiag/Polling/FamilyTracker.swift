public import SockDiagWire

/// Follows the sockets of any family from poll to poll, like ``SocketTracker``.
///
/// The kernel announces the ends of TCP and UDP sockets only, so a socket of another family is reported as ended with the
/// last record that was seen.
public struct FamilyTracker<Family: SocketFamily>: ~Copyable, Sendable where Family.Socket: FilterSubject {
  /// What is tracked.
  public let query: FamilyQuery<Family>

  private var table = TrackingTable(Family.emptySocket)
  private var lastBegan: ContinuousClock.Instant?
  private var mark: UInt32 = 0
  /// Whether the last look saw all sockets.
  private var sawAll = false
  /// Whether a socket that matches has matched since it was young.
  private let matchesFromTheStart: Bool

  /// Creates a tracker.
  public init(_ query: FamilyQuery<Family>) {
    self.query = query
    matchesFromTheStart = query.filter.isAboutBirth
  }

  /// Looks at all sockets and reports each of them, and those that ended.
  ///
  /// - Parameters:
  ///   - inspector: An inspector of the same network namespace in each round.
  ///   - body: Called for each socket.
  /// - Returns: What the round found. After a partial walk no socket is reported as ended.
  /// - Throws: ``SockDiagError``. The next round continues where the last successful one was.
  @specialized(where Family == Unix)
  public mutating func update(
    _ inspector: inout SocketInspector, _ body: (borrowing TrackedSocket<Family.Socket>) -> Void
  ) throws(SockDiagError) -> TrackingRound {
    mark &+= 1
    let mark = mark
    let now = ContinuousClock.now
    var clock = CoarseClock(now)
    table.recognizesNew = sawAll && matchesFromTheStart
    var round = TrackingRound(number: Int(mark), began: now, elapsed: lastBegan.map { now - $0 })
    for attempt in 0..<3 {
      table.beginWalk()
      let duplicates = round.duplicates
      round.defects = try inspector.reader.forEach(query) { socket in
        table.record(&socket, mark, at: clock.next(), in: &round, body)
        return .continue
      }
      // A repeated walk sees again what the first one saw.
      if attempt > 0 { round.duplicates = duplicates }
      if round.defects.isDisjoint(with: .worthRetrying) { break }
    }
    round.source = inspector.substitution == nil ? .sockDiag : .procNet
    if !table.isAllSeen(in: round), round.defects.isDisjoint(with: .worthRetrying) {
      for index in table.indices where table.rounds[index] != mark && table.statuses[index] != .free {
        table.reportEnd(index, last: nil, isFinal: false, at: .now, in: &round, body)
        table.remove(index)
      }
    }
    lastBegan = round.began
    sawAll = round.defects.isDisjoint(with: .worthRetrying)
    return round
  }
}

public import SockDiagWire

/// The result of one look at all sockets of a tracker.
public struct TrackingRound: Hashable, Sendable, Codable {
  /// The number of the round, from 1. Rounds that failed are counted too.
  public var number: Int
  /// When the walk began.
  public var began: ContinuousClock.Instant
  /// The time since the last round began; `nil` in the first.
  public var elapsed: Duration?
  /// The sockets that are there now.
  public var sockets = 0
  /// The sockets that were not there at the last look, without those that are gone already.
  public var appeared = 0
  /// The sockets that ended since the last look.
  public var ended = 0
  /// The sockets among ``ended`` that began after the last look as well, so that no walk saw them.
  public var endedUnseen = 0
  /// The sockets among ``ended`` whose final figures are not known, because the kernel did not announce their end.
  public var endedUnannounced = 0
  /// Sockets that ended without a peer in their final records, and that no walk saw: they never connected, or this side
  /// reset the connection, and then the record has neither peer nor figures. They are not reported one by one if the
  /// query asks for connections only.
  public var endedWithoutPeer = 0
  /// The sockets that are gone and whose announcement is still to come. They are reported with it.
  public var awaited = 0
  /// Records that the walk reported twice, because the kernel's table changed meanwhile.
  public var duplicates = 0
  /// Sockets that the walk missed, because the kernel's table changed meanwhile, and that were found by their addresses.
  public var recovered = 0
  /// Announcements that are missing: as many ends may be missing in this round and in those that follow. `nil` if none
  /// are.
  public var missedEnds: EventGap?
  /// Whether the walk saw all sockets.
  public var defects = DumpDefects.complete
  /// The source of the sockets.
  public var source = SocketSource.sockDiag

  init(number: Int, began: ContinuousClock.Instant, elapsed: Duration?) {
    self.number = number
    self.began = began
    self.elapsed = elapsed
  }
}

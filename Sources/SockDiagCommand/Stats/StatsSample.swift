internal import ArgumentParser
internal import SockDiag
internal import SockDiagWire

/// The sums of one look.
struct StatsSample: Sendable {
  struct Group: Sendable {
    /// `nil` for the groups beyond the limit.
    var name: GroupName?
    var sums: SummaryGroup
    /// How many groups this is.
    var count = 1
  }

  var time: Timestamp
  /// The time since the last look, for rates; `nil` if the sums of traffic are those since the sockets were made.
  var elapsed: Duration?
  /// Whether the sums of traffic are those since the last look.
  var isOfInterval = false
  /// Looks that were skipped before this one, because others took too long.
  var skipped = 0
  var grouping: Grouping
  var groups: [Group]
  var total: SummaryGroup

  /// An amount per second, or the amount itself if there is no interval.
  func rate(_ amount: UInt64?) -> Double? {
    guard let amount else { return nil }
    guard isOfInterval else { return Double(amount) }
    guard let elapsed, elapsed > .zero else { return nil }
    return Double(amount) / (elapsed / .seconds(1))
  }
}

/// A figure of a group, by which groups can be sorted.
enum GroupFigure: String, CaseIterable, ExpressibleByArgument, Sendable {
  case sockets, received, sent, retransmits, rtt, queue, waiting, name

  /// The figure of a group; groups without one come last.
  func value(_ sums: SummaryGroup) -> Double {
    switch self {
    case .sockets: Double(sums.sockets)
    case .received: Double(sums.counters.bytesReceived ?? 0)
    case .sent: Double(sums.counters.bytesAcknowledged ?? 0)
    case .retransmits: sums.retransmitShare ?? -1
    case .rtt: (sums.roundTrips.median ?? .zero) / .microseconds(1)
    case .queue: Double(sums.receiveQueue &+ sums.sendQueue)
    case .waiting: Double(sums.acceptQueue)
    case .name: 0
    }
  }
}

extension SummaryGroup {
  /// The part of the sent segments that were sent again; `nil` if none were sent.
  var retransmitShare: Double? {
    guard let sent = counters.segmentsSent, sent > 0, let again = counters.segmentsRetransmitted else { return nil }
    return Double(again) / Double(sent)
  }
}

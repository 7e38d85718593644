internal import SockDiag
internal import SockDiagWire

/// Looks at the sockets of a selection, in one network namespace or in many, and sums them in groups.
///
/// A class, because inspectors and trackers have one owner and stay from look to look.
final class StatsSampler {
  private let grouping: Grouping
  private let order: GroupFigure
  private let limit: Int
  private let book = GroupBook()
  private var places: [StatsPlace]
  private var lastLook: ContinuousClock.Instant?
  private let follows: Bool

  /// Prepares the looks.
  ///
  /// - Parameters:
  ///   - namespaces: The namespaces; `nil` for that of this command.
  ///   - limit: The number of groups in a sample; 0 for no limit.
  ///   - follows: Whether each look tells what was carried since the last one.
  init(
    _ selection: Selection, by grouping: Grouping, in namespaces: [NamespaceTag]?, order: GroupFigure, limit: Int,
    follows: Bool
  ) throws {
    guard !selection.filter.namesHolders else {
      throw CommandFailure.usage(
        "sums do not look up the processes of a filter; leave pid and comm out of it, and group with --by process")
    }
    self.grouping = grouping
    self.order = order
    self.limit = limit
    self.follows = follows
    var queries = try selection.queries(
      of: Set(SocketKind.allCases.filter { $0.transport != nil }),
      because: "sums are those of TCP, UDP and the other protocols of IP; 'sockdiag list -s' counts other sockets")
    for index in queries.indices {
      // The drops of UDP are part of its memory.
      queries[index].details = queries[index].protocol.hasConnections ? .tcpInfo : .socketMemory
    }
    let all: [NamespaceTag?] = namespaces.map { $0.map(Optional.some) } ?? [nil]
    places = all.map { StatsPlace($0, queries, grouping, follows: follows) }
  }

  /// The descriptors that are readable if announcements wait.
  var descriptors: [Int32] { places.flatMap(\.descriptors) }

  /// Takes the announcements that wait.
  func collectEnds() throws { for place in places { try place.collectEnds() } }

  /// Looks at all sockets.
  func look(_ remarks: inout Remarks, skipped: Int) throws -> StatsSample {
    let began = ContinuousClock.now
    let time = Timestamp.now
    let isMany = places.count > 1
    if isMany {
      var visit = NamespaceVisit(places.compactMap(\.namespace))
      for place in places {
        guard let namespace = place.namespace else { continue }
        try visit.attempt(namespace, &remarks) { remarks in
          try place.look(&remarks)
          return true
        }
      }
      visit.note(&remarks)
    } else {
      for place in places { try place.look(&remarks) }
    }
    if grouping.needsHolders { try book.findProcesses(places.flatMap(\.inodes)) }
    remarks.note(undecided: 0, hidden: book.hiddenCount)
    var sample = StatsSample(
      time: time, elapsed: lastLook.map { began - $0 }, isOfInterval: follows, skipped: skipped, grouping: grouping,
      groups: [], total: SummaryGroup())
    lastLook = began
    var sums: [GroupName: SummaryGroup] = [:]
    for place in places {
      place.forEach(book) { name, group in
        sums[name, default: SummaryGroup()] += group
        sample.total += group
      }
    }
    sample.groups = sums.map { StatsSample.Group(name: $0.key, sums: $0.value) }
    sort(&sample.groups)
    return sample
  }

  private func sort(_ groups: inout [StatsSample.Group]) {
    let named = groups.map { (group: $0, figure: order.value($0.sums), text: $0.name?.text ?? "") }
    let sorted = named.sorted { left, right in
      left.figure == right.figure ? left.text < right.text : left.figure > right.figure
    }
    groups = sorted.map(\.group)
    guard limit > 0, groups.count > limit else { return }
    let rest = groups[limit...].reduce(into: SummaryGroup()) { $0 += $1.sums }
    let count = groups.count - limit
    groups.removeSubrange(limit...)
    groups.append(StatsSample.Group(name: nil, sums: rest, count: count))
  }
}

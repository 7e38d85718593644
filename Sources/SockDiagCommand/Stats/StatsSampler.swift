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

/// The sockets of a network namespace, with the sums of each query.
final class StatsPlace {
  /// `nil` for the namespace of this command, if it is the only one.
  let namespace: NamespaceTag?
  private var inspector: SocketInspector?
  private var parts: [StatsPart]

  init(_ namespace: NamespaceTag?, _ queries: [SocketQuery], _ grouping: Grouping, follows: Bool) {
    self.namespace = namespace
    let own = namespace == nil ? try? NetworkNamespace.current() : nil
    let name =
      namespace.map { GroupName.namespace($0.namespace, isOwn: $0.isOwn) } ?? own.map { .namespace($0, isOwn: true) }
      ?? .none("this namespace")
    parts = queries.map { query in
      let sums = grouping.sums(query.protocol, in: name)
      return follows
        ? FollowedPart(query, sums, in: namespace?.namespace) : StatsPart(query, sums)
    }
  }

  var descriptors: [Int32] { parts.compactMap(\.descriptor) }
  var inodes: [UInt32] { parts.flatMap { $0.sums.inodes } }

  func collectEnds() throws { for part in parts { try part.collectEnds() } }

  func look(_ remarks: inout Remarks) throws(SockDiagError) {
    if inspector == nil { inspector = try open() }
    guard var inspector = self.inspector.take() else { return }
    let result: Result<Void, SockDiagError>
    do throws(SockDiagError) {
      for part in parts {
        let defects = try part.look(&inspector, &remarks)
        remarks.note(part.query.protocol, defects, matching: part.query.filter, inspector.substitution)
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    // Given back also after an error.
    self.inspector = consume inspector
    try result.get()
  }

  private func open() throws(SockDiagError) -> SocketInspector {
    guard let namespace else { return try SocketInspector() }
    return try SocketInspector(in: namespace.namespace)
  }

  func forEach(_ book: GroupBook, _ body: (GroupName, SummaryGroup) -> Void) {
    for part in parts { part.sums.forEach(book, body) }
  }
}

/// The sums of a query: of all its sockets at each look.
class StatsPart {
  let query: SocketQuery
  fileprivate(set) var sums: any SocketSums

  init(_ query: SocketQuery, _ sums: any SocketSums) {
    self.query = query
    self.sums = sums
  }

  var descriptor: Int32? { nil }
  func collectEnds() throws(SockDiagError) {}

  func look(_ inspector: inout SocketInspector, _ remarks: inout Remarks) throws(SockDiagError) -> DumpDefects {
    try sums.summarize(query, by: &inspector)
  }
}

/// The sums of a query whose sockets are followed from look to look.
final class FollowedPart: StatsPart {
  private var tracker: SocketTracker
  /// Why ends are not announced.
  private var silence: SockDiagError?

  init(_ query: SocketQuery, _ sums: any SocketSums, in namespace: NetworkNamespace?) {
    do throws(SockDiagError) {
      // The kernel announces the ends of no others.
      let groups: [TransportProtocol: SocketEventGroups] = [.tcp: .tcp, .udp: .udp]
      if let group = groups[query.protocol] {
        tracker = SocketTracker(query, ends: try Self.subscribe(group, namespace))
      } else {
        tracker = SocketTracker(query)
      }
    } catch {
      tracker = SocketTracker(query)
      silence = error
    }
    super.init(query, sums)
  }

  private static func subscribe(
    _ group: SocketEventGroups, _ namespace: NetworkNamespace?
  ) throws(SockDiagError) -> SocketEvents {
    guard let namespace else { return try SocketEvents(group) }
    return try SocketEvents(group, in: namespace)
  }

  override var descriptor: Int32? { tracker.fileDescriptor }
  override func collectEnds() throws(SockDiagError) { try tracker.collectEnds() }

  override func look(
    _ inspector: inout SocketInspector, _ remarks: inout Remarks
  ) throws(SockDiagError) -> DumpDefects {
    try sums.begin(query, by: &inspector)
    let round = try tracker.update(&inspector) { sums.add($0) }
    if let silence {
      remarks.add("sockets that end between two looks are missing: \(silence)")
      self.silence = nil
    }
    if let gap = round.missedEnds { remarks.add(gap.explanation) }
    return round.defects
  }
}

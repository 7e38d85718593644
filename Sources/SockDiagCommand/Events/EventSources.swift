internal import SockDiag

/// The subscriptions of `events`: one, or one in each network namespace of the host.
struct EventSources {
  /// A subscription.
  final class Source {
    /// The namespace, if events of all are shown.
    let namespace: NamespaceTag?
    private var events: SocketEvents

    init(_ events: consuming SocketEvents, _ namespace: NamespaceTag?) {
      self.events = events
      self.namespace = namespace
    }

    var fileDescriptor: Int32 { events.fileDescriptor }
    var receiveBufferByteCount: Int { events.receiveBufferByteCount }
    var recheckMilliseconds: Int32? { events.recheckMilliseconds }
    func nextIfReady() throws(SockDiagError) -> SocketEvent? { try events.nextIfReady() }
  }

  private(set) var all: [Source] = []
  private let groups: SocketEventGroups
  private let buffer: Int
  private let isEverywhere: Bool
  private let option: NamespaceOption
  /// Namespaces without a subscription, which have been reported.
  private var failed: Set<NetworkNamespace.ID> = []
  private var nextSearch = ContinuousClock.now

  init(
    _ groups: SocketEventGroups, buffer: Int?, _ everywhere: AllNamespacesOption, _ option: NamespaceOption
  ) throws {
    self.groups = groups
    self.buffer = buffer ?? SocketEvents.defaultReceiveBuffer
    self.option = option
    isEverywhere = everywhere.allNamespaces
    guard isEverywhere else {
      all = [Source(try Self.subscribe(groups, self.buffer, in: nil), nil)]
      return
    }
    try search(everywhere)
    guard !all.isEmpty else {
      throw CommandFailure(.noPermission, "no network namespace announces events to this user")
    }
  }

  /// The size of the smallest receive buffer, in bytes; `nil` if there is no source.
  var smallestBuffer: Int? { all.map(\.receiveBufferByteCount).min() }

  /// When to look again even if nothing is readable; `nil` for never.
  var millisecondsToNextLook: Int32? {
    let recheck = all.compactMap(\.recheckMilliseconds).min()
    guard isEverywhere else { return recheck }
    let search = Int32(clamping: Int64((nextSearch - .now) / .milliseconds(1)) + 1)
    return min(recheck ?? .max, max(search, 0))
  }

  /// Subscribes in namespaces that appeared, and gives up those that ended, if it is time for a search.
  mutating func refresh() {
    guard isEverywhere, nextSearch <= .now else { return }
    var everywhere = AllNamespacesOption()
    everywhere.allNamespaces = true
    // Without proc there is no search any more, and the subscriptions stay.
    try? search(everywhere)
  }

  private mutating func search(_ everywhere: AllNamespacesOption) throws {
    let start = ContinuousClock.now
    var remarks = Remarks()
    let isFirst = all.isEmpty
    let namespaces = try everywhere.namespaces(besides: option, &remarks) ?? []
    let known = Dictionary(all.map { ($0.namespace?.namespace.id, $0) }, uniquingKeysWith: { first, _ in first })
    var refused: [NamespaceTag] = []
    all = try namespaces.compactMap { namespace in
      let id = namespace.namespace.id
      if let source = known[id] { return source }
      do {
        return Source(try Self.subscribe(groups, buffer, in: namespace.namespace), namespace)
      } catch let error as SockDiagError {
        if error.code == .namespaceForbidden, failed.insert(id).inserted { refused.append(namespace) }
        guard [.namespaceForbidden, .namespaceGone].contains(error.code) else { throw error }
        return nil
      }
    }
    if !refused.isEmpty {
      let place = NamespaceVisit.text(refused)
      remarks.add(
        "this user may not enter \(place), so events there are not shown; \(SockDiagError.suggestionForNamespaces)")
    }
    if isFirst || !refused.isEmpty { remarks.say() }
    // A search may take a hundredth of the time.
    nextSearch = max(start + .seconds(1), .now + (ContinuousClock.now - start) * 100)
  }

  private static func subscribe(
    _ groups: SocketEventGroups, _ buffer: Int, in namespace: NetworkNamespace?
  ) throws -> SocketEvents {
    do throws(SockDiagError) {
      guard let namespace else { return try SocketEvents(groups, receiveBuffer: buffer) }
      return try SocketEvents(groups, in: namespace, receiveBuffer: buffer)
    } catch {
      guard [.missingProtocolHandler, .missingFamily].contains(error.code) else { throw error }
      throw CommandFailure(
        .system,
        "cannot \(error.operation): the kernel has no sock_diag handler for them; load the modules tcp_diag and"
          + " udp_diag, or choose others with -t, -u, -4 and -6")
    }
  }
}

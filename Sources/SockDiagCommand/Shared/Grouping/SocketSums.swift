internal import SockDiag
internal import SockDiagWire

/// The sums of the sockets of one query, in groups.
protocol SocketSums: Sendable {
  /// Empties the groups before a look.
  mutating func begin(_ query: SocketQuery, by inspector: inout SocketInspector) throws(SockDiagError)
  /// Adds what a tracker reports.
  mutating func add(_ tracked: borrowing TrackedSocket<InetSocket>)
  /// Adds all sockets of the query, without decoding them where that is possible.
  mutating func summarize(_ query: SocketQuery, by inspector: inout SocketInspector) throws(SockDiagError)
    -> DumpDefects
  /// The inodes of sockets whose holders name the groups.
  var inodes: [UInt32] { get }
  /// Hands the groups to `body`. Several may have the same name.
  func forEach(_ book: GroupBook, _ body: (GroupName, SummaryGroup) -> Void)
}

/// Sums by a key, which is what the kernel reports, and a way to name it, for which more may have to be read.
struct KeyedSums<Key: Hashable & Sendable>: SocketSums {
  private var summary = Summary<Key>()
  private var key: SummaryKey<Key>
  /// Makes the key of the next look, where it depends on the host.
  private var renewedKey: (@Sendable (inout SocketInspector) throws(SockDiagError) -> SummaryKey<Key>)?
  private let inode: (@Sendable (Key) -> UInt32)?
  private let name: @Sendable (Key?, GroupBook) -> GroupName

  init(
    _ key: SummaryKey<Key>,
    renewed: (@Sendable (inout SocketInspector) throws(SockDiagError) -> SummaryKey<Key>)? = nil,
    inode: (@Sendable (Key) -> UInt32)? = nil, name: @escaping @Sendable (Key?, GroupBook) -> GroupName
  ) {
    self.key = key
    renewedKey = renewed
    self.inode = inode
    self.name = name
  }

  mutating func begin(_ query: SocketQuery, by inspector: inout SocketInspector) throws(SockDiagError) {
    summary.removeAll()
    if let renewedKey { key = try renewedKey(&inspector) }
  }

  mutating func add(_ tracked: borrowing TrackedSocket<InetSocket>) {
    // The final record of a socket has neither state nor owner any more; the last look had them.
    if tracked.change == .ended, let last = tracked.previous {
      summary.add(tracked, to: key.key(last))
    } else {
      summary.add(tracked, to: key.key(tracked.socket))
    }
  }

  mutating func summarize(
    _ query: SocketQuery, by inspector: inout SocketInspector
  ) throws(SockDiagError) -> DumpDefects {
    try begin(query, by: &inspector)
    return try inspector.summarize(query, by: key, into: &summary)
  }

  var inodes: [UInt32] {
    guard let inode else { return [] }
    return summary.map { inode($0.key) }
  }

  func forEach(_ book: GroupBook, _ body: (GroupName, SummaryGroup) -> Void) {
    for (key, group) in summary { body(name(key, book), group) }
    if !summary.leftOut.isEmpty { body(name(nil, book), summary.leftOut) }
  }
}

extension Grouping {
  /// Sums for the sockets of a protocol in a namespace.
  func sums(_ transport: TransportProtocol, in namespace: GroupName) -> any SocketSums {
    switch self {
    case .state:
      KeyedSums(.state) { state, _ in state.map { .state($0, transport) } ?? .none("no state") }
    case .direction:
      KeyedSums(
        SummaryKey<SocketDirection> { _ in nil },
        renewed: { (inspector: inout SocketInspector) throws(SockDiagError) in
          .direction(try inspector.directions(transport))
        },
        name: { direction, _ in direction.map { .direction($0) } ?? .none("no peer") })
    case .port: KeyedSums(.localPort) { port, _ in port.map { .port($0, transport) } ?? .none("no port") }
    case .peerPort: KeyedSums(.remotePort) { port, _ in port.map { .peerPort($0, transport) } ?? .none("no peer") }
    case .peer(let v4, let v6):
      KeyedSums(.peer(v4: v4, v6: v6)) { network, _ in network.map { .peer($0) } ?? .none("no peer") }
    case .process:
      KeyedSums(.inode, inode: { $0 }) { inode, book in inode.map(book.process) ?? .none("no process") }
    case .unit: KeyedSums(.cgroup) { id, book in id.map(book.unit) ?? .none("no cgroup") }
    case .container: KeyedSums(.cgroup) { id, book in id.map(book.container) ?? .none("no cgroup") }
    case .cgroup: KeyedSums(.cgroup) { id, book in id.map(book.cgroup) ?? .none("no cgroup") }
    case .user: KeyedSums(.uid) { uid, book in uid.map(book.user) ?? .none("no user") }
    // All sockets have one key, and the cheapest is read from the record.
    case .namespace: KeyedSums(.state) { _, _ in namespace }
    }
  }
}

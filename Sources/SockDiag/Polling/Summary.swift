public import SockDiagWire

/// Counts and sums of sockets in groups, without the sockets.
///
/// ```swift
/// var byPort = Summary<UInt16>()
/// while true {
///   try inspector.summarize(SocketQuery(.tcp, details: .tcpInfo), by: .localPort, into: &byPort)
///   for (port, group) in byPort { print(port, group.sockets, group.roundTrips.median ?? .zero) }
///   sleep(1)
/// }
/// ```
///
/// Its storage is kept from poll to poll, so a poll allocates only for groups that are new.
public struct Summary<Key: Hashable & Sendable>: Sendable {
  /// The index of each key's group.
  @usableFromInline var indices: [Key: Int] = [:]
  @usableFromInline var keys: [Key] = []
  @usableFromInline var groups: [SummaryGroup] = []
  /// The group of the last socket. Neighbours in a walk often belong together.
  @usableFromInline var last: (key: Key, index: Int)?

  /// Creates an empty summary.
  @inlinable
  public init() {}

  /// The number of groups that have sockets.
  public var count: Int { groups.count { $0.sockets > 0 } }

  /// The group of a key; `nil` if it has no sockets.
  public subscript(key: Key) -> SummaryGroup? {
    guard let index = indices[key], groups[index].sockets > 0 else { return nil }
    return groups[index]
  }

  /// All sockets together. Allocates.
  public var total: SummaryGroup {
    var total = SummaryGroup()
    for group in groups { total += group }
    return total
  }

  /// Empties all groups and keeps their storage.
  @inlinable
  public mutating func removeAll() {
    for index in groups.indices { groups[index].removeAll() }
  }

  /// Adds a socket to a group.
  @inlinable
  public mutating func add(_ socket: InetSocket, to key: Key) { groups[index(of: key)].add(socket) }

  /// Adds a socket of any family to a group.
  @inlinable
  public mutating func add<Socket: KernelSocket>(_ socket: Socket, to key: Key) {
    groups[index(of: key)].add(socket)
  }

  /// Adds the groups of another summary.
  public mutating func merge(_ other: Summary) {
    for (key, group) in other { groups[index(of: key)] += group }
  }

  @inlinable
  mutating func index(of key: Key) -> Int {
    if let last, last.key == key { return last.index }
    let index: Int
    if let known = indices[key] {
      index = known
    } else {
      index = groups.count
      indices[key] = index
      keys.append(key)
      groups.append(SummaryGroup())
    }
    last = (key, index)
    return index
  }
}

extension Summary: Sequence {
  /// Steps through the groups that have sockets, in the order in which they first appeared.
  public func makeIterator() -> Iterator { Iterator(self) }

  /// An iteration over groups.
  public struct Iterator: IteratorProtocol, Sendable {
    private let summary: Summary
    private var index = 0

    fileprivate init(_ summary: Summary) { self.summary = summary }

    /// The next group and its key.
    public mutating func next() -> (key: Key, group: SummaryGroup)? {
      while index < summary.groups.count {
        defer { index += 1 }
        if summary.groups[index].sockets > 0 { return (summary.keys[index], summary.groups[index]) }
      }
      return nil
    }
  }
}

extension SocketInspector {
  /// Counts and sums the matching sockets in groups while the kernel's answer is being read. No socket is kept.
  ///
  /// - Parameters:
  ///   - query: The sockets. For traffic, retransmits and round-trip times it asks for `InetDetails.tcpInfo`.
  ///   - key: What the sockets are grouped by.
  ///   - summary: Emptied, and filled.
  /// - Returns: Whether all sockets were seen.
  /// - Throws: ``SockDiagError``.
  @discardableResult
  @inlinable
  public mutating func summarize<Key: Hashable & Sendable>(
    _ query: SocketQuery, by key: SummaryKey<Key>, into summary: inout Summary<Key>
  ) throws(SockDiagError) -> Completeness {
    summary.removeAll()
    let key = key.key
    return try forEach(query) { socket in
      if let key = key(socket) { summary.add(socket, to: key) }
      return .continue
    }
  }

  /// Counts the matching sockets by state. This is the cheapest summary: it costs what the kernel's walk costs.
  ///
  /// - Throws: ``SockDiagError``.
  public mutating func stateCounts(_ query: SocketQuery) throws(SockDiagError) -> StateCounts {
    var counts = StateCounts()
    counts.completeness = try reader.forEach(query) { socket in
      counts.add(socket.state)
      return .continue
    }.completeness
    return counts
  }
}

/// The number of sockets in each state.
public struct StateCounts: Hashable, Sendable {
  /// At the index of the state's number.
  private var counts = [Int](repeating: 0, count: 256)
  /// Whether all sockets were counted.
  public var completeness = Completeness.complete

  /// Creates counts of no sockets. Allocates once.
  public init() {}

  /// The number of sockets in a state.
  public subscript(state: SocketState) -> Int { counts[Int(state.rawValue)] }

  /// The number of all sockets.
  public var total: Int { counts.reduce(0, +) }

  /// The states that have sockets, in the kernel's order.
  public var states: [SocketState] {
    counts.indices.filter { counts[$0] > 0 }.map { SocketState(rawValue: UInt8($0)) }
  }

  /// Counts a socket.
  @inline(__always)
  public mutating func add(_ state: SocketState) { counts[Int(state.rawValue)] &+= 1 }
}

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
  /// One more than the index of a key's group, by open addressing, at most half full; 0 for an empty slot.
  ///
  /// A dictionary would spend more time on its hash, which withstands chosen keys, than the decoder spends on the socket.
  /// Numbers are spread by a multiplication here, so a peer that chose its ports could lengthen the search, but has only
  /// 65,536 of them. Keys that are not numbers use the hash of the language.
  @usableFromInline var slots = [UInt32](repeating: 0, count: 64)
  @usableFromInline var keys: [Key] = []
  @usableFromInline var groups: [SummaryGroup] = []
  /// The group of the last socket. Neighbours in a walk often belong together.
  @usableFromInline var last: (key: Key, index: Int)?

  /// The sockets that have no key. They are in no group.
  public var leftOut: SummaryGroup { unnamed }
  @usableFromInline var unnamed = SummaryGroup()

  /// Creates an empty summary.
  @inlinable
  public init() {}

  /// The number of groups that are not empty.
  public var count: Int { groups.count { !$0.isEmpty } }

  /// The group of a key; `nil` if it is empty.
  public subscript(key: Key) -> SummaryGroup? {
    guard let index = find(key), !groups[index].isEmpty else { return nil }
    return groups[index]
  }

  /// All groups together, without ``leftOut``. Allocates.
  public var total: SummaryGroup {
    var total = SummaryGroup()
    for group in groups { total += group }
    return total
  }

  /// Empties all groups and keeps their storage.
  public mutating func removeAll() {
    for index in groups.indices { groups[index].removeAll() }
    unnamed.removeAll()
  }

  /// Adds a socket to a group; to ``leftOut`` if there is no key.
  @inlinable
  public mutating func add(_ socket: InetSocket, to key: Key?) {
    update(key) { $0.add(socket) }
  }

  /// Adds a socket of any family to a group.
  @inlinable
  public mutating func add<Socket: KernelSocket>(_ socket: Socket, to key: Key?) {
    update(key) { $0.add(socket) }
  }

  /// Adds what a tracker reports to a group: the socket if it is there, and in any case what it carried since the last
  /// look.
  @inlinable
  public mutating func add(_ tracked: borrowing TrackedSocket<InetSocket>, to key: Key?) {
    if let key { groups[index(of: key)].add(tracked) } else { unnamed.add(tracked) }
  }

  /// Adds what a tracker reports about a socket of any family.
  @inlinable
  public mutating func add<Socket: KernelSocket>(_ tracked: borrowing TrackedSocket<Socket>, to key: Key?) {
    if let key { groups[index(of: key)].add(tracked) } else { unnamed.add(tracked) }
  }

  /// Adds a group of another summary, to sum it in another way.
  @inlinable
  public mutating func add(_ group: SummaryGroup, to key: Key?) {
    update(key) { $0 += group }
  }

  /// Adds the groups of another summary.
  public mutating func merge(_ other: Summary) {
    for (key, group) in other { add(group, to: key) }
    unnamed += other.unnamed
  }

  @inlinable @inline(__always)
  mutating func update(_ key: Key?, _ body: (inout SummaryGroup) -> Void) {
    if let key { body(&groups[index(of: key)]) } else { body(&unnamed) }
  }

  @inlinable
  mutating func index(of key: Key) -> Int {
    if let last, last.key == key { return last.index }
    let index = find(key) ?? insert(key)
    last = (key, index)
    return index
  }
}

extension Summary {
  @inlinable
  func find(_ key: Key) -> Int? {
    var slot = start(key)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) &- 1
      if keys[index] == key { return index }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    return nil
  }

  @inlinable
  mutating func insert(_ key: Key) -> Int {
    if (keys.count + 1) * 2 > slots.count {
      slots = [UInt32](repeating: 0, count: slots.count * 4)
      for index in keys.indices { place(index) }
    }
    keys.append(key)
    groups.append(SummaryGroup())
    place(keys.count - 1)
    return keys.count - 1
  }

  @inlinable
  mutating func place(_ index: Int) {
    var slot = start(keys[index])
    while slots[slot] != 0 { slot = (slot &+ 1) & (slots.count &- 1) }
    slots[slot] = UInt32(index + 1)
  }

  @inlinable
  func start(_ key: Key) -> Int {
    // The compiler knows the type of the key where this code is specialized, and decides the casts.
    let number: UInt64 =
      if let port = key as? UInt16 {
        UInt64(port)
      } else if let id = key as? UInt32 {
        UInt64(id)
      } else if let id = key as? UInt64 {
        id
      } else if let state = key as? SocketState {
        UInt64(state.rawValue)
      } else {
        UInt64(bitPattern: Int64(key.hashValue))
      }
    return Int(truncatingIfNeeded: (number &* 0x9e37_79b9_7f4a_7c15) >> 32) & (slots.count &- 1)
  }
}

extension Summary: Sequence {
  /// Steps through the groups that are not empty, in the order in which they first appeared.
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
        if !summary.groups[index].isEmpty { return (summary.keys[index], summary.groups[index]) }
      }
      return nil
    }
  }
}

extension SocketInspector {
  /// Counts and sums the matching sockets in groups while the kernel's answer is being read. No socket is kept.
  ///
  /// For the keys that this library offers, if the kernel applies the whole filter and `tcp_info` is the only detail, the
  /// records are not even decoded.
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
  ) throws(SockDiagError) -> DumpDefects {
    summary.removeAll()
    if let defects = try summarizeOutlines(query, by: key, into: &summary) { return defects }
    let key = key.key
    return try forEach(query) { socket in
      summary.add(socket, to: key(socket))
      return .continue
    }
  }
}

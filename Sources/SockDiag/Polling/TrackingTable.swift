internal import SockDiagWire

/// The sockets of a tracker, found by their keys.
///
/// The kernel reports sockets in nearly the same order in each walk. So each entry knows which one followed it in the last
/// walk, and a walk reads memory in the order in which it lies there; the hash is needed only where something changed. The
/// columns are separate arrays, so that looking for what was not seen reads four bytes a socket. Columns keep their
/// capacity, and a free entry keeps its storage for the next socket.
struct TrackingTable<Socket: KernelSocket>: ~Copyable, Sendable {
  /// The number of an entry. 0 is no entry.
  typealias Index = UInt32

  enum Status: UInt8, Sendable {
    case free, present
    /// Gone; its announcement is to come.
    case awaited
    /// Reported as ended without announcement, which may still come and must not be reported again.
    case reported
  }

  private(set) var keys: [UInt64] = [0]
  /// The round in which the socket was last seen.
  var rounds: [UInt32] = [0]
  /// The entry that followed in the last walk. That of entry 0 is the first.
  private var successors: [Index] = [0]
  var statuses: [Status] = [.free]
  var sockets: [Socket]
  /// When the socket was last seen.
  var seen: [ContinuousClock.Instant]
  var firstSeen: [ContinuousClock.Instant]
  var beganWhileTracked: [Bool] = [false]
  private var free: [Index] = []
  /// Open addressing with linear probing, at most half full.
  private var slots = [Index](repeating: 0, count: 256)

  private var last: Index = 0
  /// What is lent to the reader for each report.
  var lent: TrackedSocket<Socket>

  init(_ empty: Socket) {
    lent = TrackedSocket(empty)
    sockets = [empty]
    seen = [.now]
    firstSeen = seen
  }

  /// The number of entries that are not free.
  var count: Int { keys.count - 1 - free.count }

  /// All entries, free ones as well.
  var indices: Range<Int> { 1..<keys.count }

  /// Begins a walk: the next key is expected to be the first of the last walk.
  mutating func beginWalk() { last = 0 }

  /// The entry of the next key of a walk; a new one if there is none.
  @inline(__always)
  mutating func advance(to key: UInt64) -> (index: Int, isNew: Bool) {
    var index = successors[Int(last)]
    if keys[Int(index)] != key || index == 0 {
      let found = findOrInsert(key)
      index = found.index
      // In a walk with duplicates the chain may become a ring, which costs only a look into the hash.
      successors[Int(last)] = index
      last = index
      return (Int(index), found.isNew)
    }
    last = index
    return (Int(index), false)
  }

  /// The entry of a key; `nil` if there is none.
  func find(_ key: UInt64) -> Int? {
    var slot = start(key)
    while slots[slot] != 0 {
      if keys[Int(slots[slot])] == key { return Int(slots[slot]) }
      slot = (slot &+ 1) & (slots.count &- 1)
    }
    return nil
  }

  /// Frees an entry. Its socket keeps its storage.
  mutating func remove(_ index: Int) {
    var slot = start(keys[index])
    while slots[slot] != Index(index) { slot = (slot &+ 1) & (slots.count &- 1) }
    // Keys behind it move up, so that no search stops at the hole.
    var hole = slot
    slots[hole] = 0
    var next = (slot &+ 1) & (slots.count &- 1)
    while slots[next] != 0 {
      let home = start(keys[Int(slots[next])])
      if (next &- home) & (slots.count &- 1) >= (next &- hole) & (slots.count &- 1) {
        slots[hole] = slots[next]
        slots[next] = 0
        hole = next
      }
      next = (next &+ 1) & (slots.count &- 1)
    }
    statuses[index] = .free
    keys[index] = 0
    free.append(Index(index))
  }

  @inline(never)
  private mutating func findOrInsert(_ key: UInt64) -> (index: Index, isNew: Bool) {
    if let index = find(key) { return (Index(index), false) }
    return (insert(key), true)
  }

  private mutating func insert(_ key: UInt64) -> Index {
    let index: Index
    if let freed = free.popLast() {
      index = freed
      keys[Int(index)] = key
    } else {
      index = Index(keys.count)
      keys.append(key)
      rounds.append(0)
      successors.append(0)
      statuses.append(.free)
      sockets.append(sockets[0])
      seen.append(seen[0])
      firstSeen.append(firstSeen[0])
      beganWhileTracked.append(false)
    }
    if (keys.count &- free.count) &* 2 > slots.count { grow() }
    place(index)
    return index
  }

  private mutating func place(_ index: Index) {
    var slot = start(keys[Int(index)])
    while slots[slot] != 0 { slot = (slot &+ 1) & (slots.count &- 1) }
    slots[slot] = index
  }

  private mutating func grow() {
    let old = slots
    slots = [Index](repeating: 0, count: old.count * 4)
    for index in old where index != 0 { place(index) }
  }

  /// Cookies are small consecutive numbers, and multiplying spreads them.
  private func start(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 32) & (slots.count &- 1)
  }
}

/// The holders that a search found, each with the place of its socket in the table of wanted inodes.
struct FoundHolders {
  /// The number of holders of each wanted inode.
  private(set) var counts: [UInt32]
  private var places: [UInt32] = []
  private var holders: [SocketHolder] = []

  init(_ wanted: InodeTable) {
    counts = [UInt32](repeating: 0, count: wanted.inodes.count)
    places.reserveCapacity(counts.count)
    holders.reserveCapacity(counts.count)
  }

  /// Whether each inode has a holder.
  var isComplete: Bool { !counts.contains(0) }

  mutating func append(_ holder: SocketHolder, at place: Int) {
    counts[place] &+= 1
    places.append(UInt32(truncatingIfNeeded: place))
    holders.append(holder)
  }

  /// Groups the holders by inode: where the holders of each inode end, and all holders in that order.
  ///
  /// The holders of one inode stay in the order in which they were appended. Sorting by comparison would cost more than
  /// the rest of a search that found nothing new.
  func grouped() -> (ends: [UInt32], holders: [SocketHolder]) {
    var next = counts
    var sum: UInt32 = 0
    for index in next.indices {
      sum &+= counts[index]
      next[index] = sum &- counts[index]
    }
    guard var result = holders.first.map({ [SocketHolder](repeating: $0, count: holders.count) }) else {
      return (next, [])
    }
    for index in holders.indices {
      let place = Int(places[index])
      result[Int(next[place])] = holders[index]
      next[place] &+= 1
    }
    return (next, result)
  }

  /// Holders that may hold their socket no longer, although another process does: those that come from the memory, and
  /// all but the oldest of those in new processes.
  ///
  /// - Parameters:
  ///   - isNew: Whether this search is the first that read a process.
  ///   - start: When a process started, in clock ticks.
  func doubtful(isNew: (Int32) -> Bool, start: (Int32) -> UInt64) -> [SocketHolder] {
    let shared = holders.indices.filter { counts[Int(places[$0])] > 1 }
    var oldest: [UInt32: (start: UInt64, pid: Int32)] = [:]
    for index in shared {
      let process = (start(holders[index].pid), holders[index].pid)
      if let known = oldest[places[index]], known <= process { continue }
      oldest[places[index]] = process
    }
    return shared.filter { index in
      let holder = holders[index]
      return !holder.isVerified || isNew(holder.pid) && oldest[places[index]]?.pid != holder.pid
    }.map { holders[$0] }
  }
}

/// Holders as they were found, each with the place of its inode in the table.
struct Claims {
  private(set) var counts: [UInt32]
  private var places: [UInt32] = []
  private var holders: [SocketHolder] = []

  init(_ table: InodeTable) {
    counts = [UInt32](repeating: 0, count: table.inodes.count)
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

  /// Where each inode's holders end, and the holders in that order; those of one inode stay in the order in which they
  /// came. Sorting by comparison would cost more than the rest of a search that found nothing new.
  func grouped() -> ([UInt32], [SocketHolder]) {
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

  /// Holders of inodes that have several, but for those that were read in this search.
  var doubtful: [SocketHolder] {
    holders.indices.lazy.filter { counts[Int(places[$0])] > 1 && !holders[$0].isVerified }.map { holders[$0] }
  }
}

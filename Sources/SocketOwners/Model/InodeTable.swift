/// The wanted inodes, each with its place in the order in which they were asked for.
///
/// Every link that is read is looked up here before anything is made of it. A slot is one word, an inode and its place
/// plus one, so that a look-up is one access to memory.
///
/// A `Set` would cost as much as reading: 100,000 look-ups take a millisecond here.
package struct InodeTable: Sendable, Hashable {
  /// The inodes without 0 and without repetitions.
  package private(set) var inodes: [UInt32] = []
  private var slots: [UInt64]

  /// Creates a table of all inodes but 0.
  package init(_ inodes: [UInt32]) {
    var capacity = 16
    while capacity < inodes.count &* 2 { capacity &*= 2 }
    slots = [UInt64](repeating: 0, count: capacity)
    self.inodes.reserveCapacity(inodes.count)
    for inode in inodes where inode != 0 { insert(inode) }
  }

  /// The place of an inode, or `nil` if it is not wanted.
  @inline(__always)
  package func index(of inode: UInt32) -> Int? {
    var slot = start(inode)
    while slots[slot] != 0 {
      if UInt32(truncatingIfNeeded: slots[slot]) == inode { return Int(slots[slot] &>> 32) &- 1 }
      slot = next(slot)
    }
    return nil
  }

  private mutating func insert(_ inode: UInt32) {
    var slot = start(inode)
    while slots[slot] != 0 {
      if UInt32(truncatingIfNeeded: slots[slot]) == inode { return }
      slot = next(slot)
    }
    inodes.append(inode)
    slots[slot] = UInt64(inodes.count) &<< 32 | UInt64(inode)
  }

  // Multiplied by an odd constant: inodes come in runs, and a run of another kind of file between two sockets would
  // make one long chain of both.
  private func start(_ inode: UInt32) -> Int {
    Int(truncatingIfNeeded: (UInt64(inode) &* 0x9e37_79b9_7f4a_7c15) &>> 32) & (slots.count &- 1)
  }

  private func next(_ slot: Int) -> Int { (slot &+ 1) & (slots.count &- 1) }

  package static func == (left: InodeTable, right: InodeTable) -> Bool { left.inodes == right.inodes }

  package func hash(into hasher: inout Hasher) { hasher.combine(inodes) }
}

extension InodeTable: Codable {
  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([UInt32].self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(inodes)
  }
}

/// The wanted inodes, each with its place in the order of the request.
///
/// A search looks up every link that it reads. A slot is one word that holds an inode and its place plus one, so a
/// look-up is one access to memory. 100,000 look-ups take a millisecond; with a `Set` they would take as long as
/// reading the links.
package struct InodeTable: Sendable, Hashable {
  /// The wanted inodes without 0, each once.
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

  /// The index of an inode, or `nil` if it is not wanted.
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

  // The multiplication by an odd constant spreads the inodes. They come in runs, which would otherwise fill
  // neighbouring slots and make long chains.
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

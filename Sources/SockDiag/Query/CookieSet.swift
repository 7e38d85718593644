/// The cookies of a dump, to recognise a socket that occurs twice.
///
/// The kernel assigns cookies in ascending order when sockets are first reported, so those of one dump are mostly
/// adjacent. So an entry is not one cookie but a word of 64 neighbours, and a set of 100,000 fits into the processor's
/// nearest cache. A `Set` would cost as much as all the decoding. Scattered cookies take one entry each, as in any
/// table. Multiplying by an odd constant spreads them well enough, because no attacker chooses them.
struct CookieSet {
  /// Pairs of a block number plus one (0 for an empty slot) and the block's bits. They are adjacent, so that one access
  /// loads both.
  private var slots = [UInt64](repeating: 0, count: 2 * 128)
  private var blockCount = 0

  /// Removes all cookies and keeps the memory.
  mutating func removeAll() {
    for index in slots.indices { slots[index] = 0 }
    blockCount = 0
  }

  /// Inserts a cookie. Returns `false` if it was already there. Cookie 0 means no cookie and always counts as new.
  @inline(__always)
  mutating func insert(_ cookie: UInt64) -> Bool {
    if cookie == 0 { return true }
    let key = cookie >> 6 &+ 1
    let bit: UInt64 = 1 << (cookie & 63)
    var index = start(key)
    while slots[index] != key {
      if slots[index] == 0 { return addBlock(key, bit) }
      index = next(index)
    }
    if slots[index &+ 1] & bit != 0 { return false }
    slots[index &+ 1] |= bit
    return true
  }

  @inline(never)
  private mutating func addBlock(_ key: UInt64, _ bits: UInt64) -> Bool {
    if blockCount &* 4 >= slots.count { grow() }
    var index = start(key)
    while slots[index] != 0 { index = next(index) }
    slots[index] = key
    slots[index &+ 1] = bits
    blockCount &+= 1
    return true
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: old.count * 4)
    blockCount = 0
    for index in stride(from: 0, to: old.count, by: 2) where old[index] != 0 {
      _ = addBlock(old[index], old[index + 1])
    }
  }

  private func start(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 32) & (slots.count &- 2)
  }

  private func next(_ index: Int) -> Int { (index &+ 2) & (slots.count &- 1) }
}

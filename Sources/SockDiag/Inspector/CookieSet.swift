/// The cookies of a dump, to recognise a socket that comes twice.
///
/// Open addressing in one array: a `Set` hashes each number with SipHash, which alone would cost a dump several percent.
/// Cookies come from counters, so multiplying by an odd constant spreads them well, and no attacker chooses them.
struct CookieSet {
  private var slots = [UInt64](repeating: 0, count: 256)
  private var count = 0

  /// Removes all, keeping the space.
  mutating func removeAll() {
    for index in slots.indices { slots[index] = 0 }
    count = 0
  }

  /// Inserts a cookie. Returns `false` if it was there. Cookie 0 stands for none and is always new.
  mutating func insert(_ cookie: UInt64) -> Bool {
    if cookie == 0 { return true }
    if count &* 2 >= slots.count { grow() }
    let mask = slots.count &- 1
    var index = Self.start(cookie, mask)
    while slots[index] != 0 {
      if slots[index] == cookie { return false }
      index = (index &+ 1) & mask
    }
    slots[index] = cookie
    count &+= 1
    return true
  }

  private static func start(_ cookie: UInt64, _ mask: Int) -> Int {
    Int(truncatingIfNeeded: (cookie &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: old.count * 4)
    let mask = slots.count - 1
    for cookie in old where cookie != 0 {
      var index = Self.start(cookie, mask)
      while slots[index] != 0 { index = (index &+ 1) & mask }
      slots[index] = cookie
    }
  }
}

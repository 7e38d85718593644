/// Decides when a search reads everything again because a socket has no holder.
///
/// Most of these sockets were closed before the search and do not come back. Most of the others belong to processes
/// that this user may not read. So only a socket that was also missing in the previous search counts, and the interval
/// doubles each time that reading everything finds no holder.
struct RereadSchedule {
  private var missing: Set<UInt32> = []
  private var interval = 1
  private var waited = 0

  /// Whether to read everything now.
  ///
  /// - Parameter now: The sockets that are missing in this search.
  mutating func isDue(_ now: Set<UInt32>) -> Bool {
    guard !missing.isDisjoint(with: now) else { return false }
    waited += 1
    return waited >= interval
  }

  /// Notes the end of a search.
  ///
  /// - Parameters:
  ///   - rest: The sockets that are still missing.
  ///   - helped: Whether reading everything found holders; `nil` if the search did not read everything.
  mutating func note(_ rest: Set<UInt32>, helped: Bool?) {
    missing = rest
    guard let helped else { return }
    interval = helped ? 1 : min(interval * 2, 64)
    waited = 0
  }
}

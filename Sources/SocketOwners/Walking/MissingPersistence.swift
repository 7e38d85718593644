/// Decides when a socket that stays without holder is worth reading everything anew.
///
/// Most are closed by the time that they are looked for, and do not come back. Of those that do, most belong to
/// somebody who cannot be read at all. So it is done for one that was missing in the search before, too, and at
/// intervals that double as long as it does not help.
struct MissingPersistence {
  private var missing: Set<UInt32> = []
  private var interval = 1
  private var waited = 0

  /// Whether to read everything now, given what is missing.
  mutating func isDue(_ now: Set<UInt32>) -> Bool {
    guard !missing.isDisjoint(with: now) else { return false }
    waited += 1
    return waited >= interval
  }

  /// Notes the end of a search.
  ///
  /// - Parameters:
  ///   - rest: What is missing at its end.
  ///   - helped: Whether reading everything found holders; `nil` if that was not done.
  mutating func note(_ rest: Set<UInt32>, helped: Bool?) {
    missing = rest
    guard let helped else { return }
    interval = helped ? 1 : min(interval * 2, 64)
    waited = 0
  }
}

/// How thoroughly holders are looked for.
public struct SearchOptions: Sendable, Hashable, Codable {
  /// Where a search ends.
  public enum Thoroughness: String, Sendable, Hashable, Codable {
    /// Every process that may be read is looked at, so that a second holder is not missed.
    case everyHolder = "every-holder"
    /// A search in stages, which ends after the one that leaves no socket without holder: processes of the cgroups in
    /// which the sockets were made, then those of the sockets' users, then all. Further holders may be missed.
    case firstHolder = "first-holder"
  }

  /// Where the search ends.
  public var thoroughness: Thoroughness
  /// How many threads may walk at once, 1 or 2. The second one is started for this search and ends with it.
  public var walkers: Int
  /// Whether what was read before may be trusted where nothing indicates a change. ``OwnerFinder`` says what can
  /// escape.
  public var trustsEarlierSearches: Bool

  /// Creates a search: every holder, by one thread, on top of what earlier searches read.
  public init(
    _ thoroughness: Thoroughness = .everyHolder, walkers: Int = 1, trustsEarlierSearches: Bool = true
  ) {
    self.thoroughness = thoroughness
    self.walkers = walkers
    self.trustsEarlierSearches = trustsEarlierSearches
  }

  /// Every process is read anew.
  public static var anew: SearchOptions { SearchOptions(trustsEarlierSearches: false) }
}

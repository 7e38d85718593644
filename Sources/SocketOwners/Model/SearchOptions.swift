/// How a search for holders proceeds.
public struct SearchOptions: Sendable, Hashable, Codable {
  /// When a search ends.
  public enum Thoroughness: String, Sendable, Hashable, Codable {
    /// The search examines every readable process, so it finds all holders of a socket.
    case everyHolder = "every-holder"
    /// The search ends as soon as each socket has a holder, so it may miss further ones. It examines the processes in
    /// the cgroups in which the sockets were made, then the processes of the sockets' users, then all others.
    case firstHolder = "first-holder"
  }

  /// When the search ends.
  public var thoroughness: Thoroughness
  /// The number of threads, 1 or 2. The second thread starts and ends with the search.
  public var walkers: Int
  /// Whether the search believes what earlier searches read, unless something shows a change. ``OwnerFinder`` lists
  /// what such a search can miss.
  public var trustsEarlierSearches: Bool

  /// Creates options. By default one thread looks for every holder and believes earlier searches.
  public init(
    _ thoroughness: Thoroughness = .everyHolder, walkers: Int = 1, trustsEarlierSearches: Bool = true
  ) {
    self.thoroughness = thoroughness
    self.walkers = walkers
    self.trustsEarlierSearches = trustsEarlierSearches
  }

  /// One thread reads every process and believes nothing of earlier searches.
  public static var anew: SearchOptions { SearchOptions(trustsEarlierSearches: false) }
}

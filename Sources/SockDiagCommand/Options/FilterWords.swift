internal import SockDiag

/// The words behind the options, in the filter language of `ss`: `state NAME` and `exclude NAME`, as often as wanted.
///
/// Several `state`s are any of them; `exclude` takes away from them, or from all states if none is named before it.
struct FilterWords {
  /// The states, or `nil` if the words name none.
  private(set) var states: SocketStateSet?
  /// What was taken away and not named again; an option does not bring it back.
  private(set) var excluded: SocketStateSet = []

  /// Names for states and groups of them, also for messages.
  static let names =
    (1...11).map { SocketState(rawValue: $0).description } + ["bound-inactive", "listening", "unconnected"]
    + SocketStateSet.groups.map(\.name)

  init(_ words: [String], foreignWord: (String) -> CommandFailure = Self.unknownWord) throws(CommandFailure) {
    var rest = words[...]
    while let keyword = rest.popFirst() {
      guard ["state", "exclude", "excl"].contains(keyword) else { throw foreignWord(keyword) }
      guard let name = rest.popFirst() else {
        throw .usage("'\(keyword)' lacks the name of a state; write one behind it, such as '\(keyword) time-wait'")
      }
      guard let named = SocketStateSet(name: name) else {
        let cure = NearestNames.cure(
          for: name, among: Self.names, otherwise: "states are \(Self.names.joined(separator: ", "))")
        throw .usage("'\(name)' is not a state; \(cure)")
      }
      if keyword == "state" {
        states = (states ?? []).union(named)
        excluded.subtract(named)
      } else {
        states = (states ?? .all).subtracting(named)
        excluded.formUnion(named)
      }
    }
  }

  static func unknownWord(_ word: String) -> CommandFailure {
    .usage("'\(word)' is not understood; a filter is written 'state NAME' or 'exclude NAME'")
  }
}

import BindDiagnosis

/// What came of many situations.
struct BindTally: Sendable {
  /// Predictions of one kind.
  struct Count: Sendable {
    var all = 0
    var definite = 0

    var share: Double { all == 0 ? 0 : Double(definite) / Double(all) }

    mutating func add(_ outcome: BindPrediction.Outcome) {
      all += 1
      if case .depends = outcome { return }
      definite += 1
    }
  }

  var situations = 0
  var sockets = 0
  /// Situations without any socket, since the kernel refused each.
  var empty = 0
  /// Predictions from what is visible, and with everything known, of bind() and listen() alike.
  var visible = Count()
  var complete = Count()
  var succeeded = 0
  var refused = 0
  /// How often the kernel's memory let a socket in that the rule refuses, with all options known; and how often that
  /// was where no options had been changed.
  var remembered = 0
  var rememberedUnchanged = 0
  /// Where the order of UDP sockets decides.
  var hangsOnOrder = 0
  /// Where another socket listened between bind() and listen(), and where it made listen() fail.
  var races = 0
  var lostRaces = 0
  /// Situations that changed while they were looked at, and such with a socket that was not recognized.
  var restless = 0
  var unrecognized = 0
  /// Roles of sockets.
  var roles: [String: Int] = [:]
  /// Predictions that were wrong.
  var complaints: [String] = []
}

extension BindTally: CustomStringConvertible {
  var description: String {
    """
    \(situations) situations, \(sockets) sockets (\(empty) times none): \(roles.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
    bind: \(succeeded) succeeded, \(refused) refused; \(races) races, \(lostRaces) lost
    definite: \(complete.definite) of \(complete.all) with all known, \(visible.definite) of \(visible.all) from what is visible
    \(hangsOnOrder) hang on order, \(remembered) remembered (\(rememberedUnchanged) with no option changed), \
    \(restless) restless, \(unrecognized) unrecognized, \(complaints.count) wrong
    """
  }
}

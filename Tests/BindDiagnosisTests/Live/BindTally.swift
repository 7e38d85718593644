import BindDiagnosis

/// The results of many situations.
struct BindTally: Sendable {
  /// Counts of predictions of one kind.
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
  /// Situations without any socket, because the kernel refused each.
  var empty = 0
  /// Predictions from the visible facts, and with everything known, of bind() and listen().
  var visible = Count()
  var complete = Count()
  var succeeded = 0
  var refused = 0
  /// How often the kernel's cache let in a socket that the rule refuses, with all options known; and how often without
  /// any changed option.
  var remembered = 0
  var rememberedUnchanged = 0
  /// Situations in which the order of UDP sockets decides.
  var hangsOnOrder = 0
  /// Situations in which another socket called listen() between bind() and listen(), and in which it made listen()
  /// fail.
  var races = 0
  var lostRaces = 0
  /// Situations that changed during the test, and those with an unrecognized socket.
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

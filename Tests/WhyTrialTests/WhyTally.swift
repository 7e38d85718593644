/// The results of many questions.
struct WhyTally: Sendable {
  /// For the asking users, by kind: how often each verdict, and each reason of an open answer.
  var verdicts: [String: [String: Int]] = [:]
  var reasons: [String: [String: Int]] = [:]
  var restraints: [String: Int] = [:]
  var kernelErrors: [String: Int] = [:]
  /// Questions without any answer, by restraint.
  var unanswered: [String: Int] = [:]
  /// Watched programs, by the kind of report.
  var watched: [String: Int] = [:]
  var situations = 0
  var questions = 0
  /// The kernel accepted what the rule refuses, and the answer had mentioned the possibility.
  var remembered = 0
  /// Situations that changed during the test.
  var restless = 0
  var complaints: [String] = []

  mutating func add(_ other: WhyTally) {
    for (key, counts) in other.verdicts { verdicts[key, default: [:]].merge(counts, uniquingKeysWith: +) }
    for (key, counts) in other.reasons { reasons[key, default: [:]].merge(counts, uniquingKeysWith: +) }
    restraints.merge(other.restraints, uniquingKeysWith: +)
    kernelErrors.merge(other.kernelErrors, uniquingKeysWith: +)
    unanswered.merge(other.unanswered, uniquingKeysWith: +)
    watched.merge(other.watched, uniquingKeysWith: +)
    situations += other.situations
    questions += other.questions
    remembered += other.remembered
    restless += other.restless
    complaints += other.complaints
  }

  /// The percentage of open answers, for a kind of user.
  func openShare(_ asker: String) -> Double {
    let counts = verdicts[asker] ?? [:]
    return 100 * Double(counts["depends"] ?? 0) / Double(max(1, counts.values.reduce(0, +)))
  }
}

extension WhyTally: CustomStringConvertible {
  var description: String {
    func list(_ counts: [String: Int]) -> String {
      counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
    var lines = [
      "\(situations) situations, \(questions) questions, \(complaints.count) wrong, \(restless) restless, \(remembered) remembered",
      "kernel: \(list(kernelErrors))", "restraints: \(list(restraints))",
    ]
    if !watched.isEmpty { lines.append("watched: \(list(watched))") }
    if !unanswered.isEmpty { lines.append("not answered: \(list(unanswered))") }
    for (asker, counts) in verdicts.sorted(by: { $0.key < $1.key }) {
      let tenths = Int((openShare(asker) * 10).rounded())
      lines.append("\(asker): \(list(counts)); depends \(tenths / 10).\(tenths % 10) %: \(list(reasons[asker] ?? [:]))")
    }
    return lines.joined(separator: "\n")
  }
}

internal import Foundation

/// How much tests with random input try.
package enum Trials {
  /// A number of trials, or as many percent of it as SOCKDIAG_TRIALS_PERCENT asks for: a sanitizer makes each ten times as
  /// slow, and what it finds it finds in the first ones.
  package static func count(_ count: Int) -> Int {
    guard let percent = ProcessInfo.processInfo.environment["SOCKDIAG_TRIALS_PERCENT"].flatMap(Int.init),
      (1...100).contains(percent)
    else { return count }
    return max(1, count * percent / 100)
  }

  /// As many of some trials, from the first to the last.
  package static func some<Trial>(of trials: [Trial]) -> [Trial] {
    stride(from: 0, to: trials.count, by: max(1, trials.count / max(1, count(trials.count)))).map { trials[$0] }
  }
}

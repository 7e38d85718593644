internal import Foundation

/// How many random inputs a test tries.
package enum Trials {
  /// A number of trials, or the percentage of it in SOCKDIAG_TRIALS_PERCENT. A sanitizer makes each trial ten times as
  /// slow, and finds most faults in the first ones.
  package static func count(_ count: Int) -> Int {
    guard let percent = ProcessInfo.processInfo.environment["SOCKDIAG_TRIALS_PERCENT"].flatMap(Int.init),
      (1...100).contains(percent)
    else { return count }
    return max(1, count * percent / 100)
  }

  /// The same percentage of a list of trials, from the first on.
  package static func some<Trial>(of trials: [Trial]) -> [Trial] {
    stride(from: 0, to: trials.count, by: max(1, trials.count / max(1, count(trials.count)))).map { trials[$0] }
  }
}

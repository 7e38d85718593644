/// Durations in sentences.
package enum TimeText {
  /// The duration in whole seconds, rounded up: `60 s`.
  package static func seconds(_ time: Duration) -> String {
    let (seconds, rest) = time.components
    return "\(seconds + (rest > 0 ? 1 : 0)) s"
  }
}

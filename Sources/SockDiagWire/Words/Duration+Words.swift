extension Duration {
  /// The time until something ends, in a sentence: `59 s`, `12 min`, `3 h 5 min`, `2 d 4 h`.
  ///
  /// It is rounded up, so that nobody comes too early.
  package var words: String {
    let (seconds, rest) = components
    return Self.words(min(max(seconds, 0), .max - 1) + (rest > 0 ? 1 : 0), roundsUp: true)
  }

  /// The time since something began, in the same form, rounded down: `0 s`, `12 min`, `2 d 4 h`.
  package var ageWords: String { Self.words(max(components.seconds, 0), roundsUp: false) }

  /// At most two units, and no unit that is 0. Up to two minutes, seconds tell people more than minutes.
  private static func words(_ seconds: Int64, roundsUp: Bool) -> String {
    func units(_ unit: Int64) -> Int64 { seconds / unit + (roundsUp && seconds % unit > 0 ? 1 : 0) }
    func pair(_ count: Int64, _ per: Int64, _ large: String, _ small: String) -> String {
      let rest = count % per
      return "\(count / per) \(large)" + (rest > 0 ? " \(rest) \(small)" : "")
    }
    if seconds < 120 { return "\(seconds) s" }
    if units(60) < 60 { return "\(units(60)) min" }
    if units(60) < 24 * 60 { return pair(units(60), 60, "h", "min") }
    return pair(units(3600), 24, "d", "h")
  }
}

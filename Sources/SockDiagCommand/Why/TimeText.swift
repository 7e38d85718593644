/// Times for people.
enum TimeText {
  /// A time in whole seconds, rounded up: what is said to be over then is.
  static func seconds(_ time: Duration) -> String {
    let (seconds, rest) = time.components
    return "\(seconds + (rest > 0 ? 1 : 0)) s"
  }
}

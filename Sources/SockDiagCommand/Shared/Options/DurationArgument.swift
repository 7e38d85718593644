/// A time on the command line: `500ms`, `5s`, `1m`, `2h`. A number without a unit means seconds, as for sleep(1) and
/// timeout(1).
enum DurationArgument {
  private static let units: [(suffix: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000),
  ]

  /// Reads the text.
  ///
  /// - Parameters:
  ///   - option: The name of the option, for messages.
  ///   - least: The shortest time that is allowed.
  ///   - limit: The longest time that is allowed.
  static func parse(
    _ text: String, option: String, atLeast least: Duration = .zero, atMost limit: Duration = .seconds(86_400)
  ) throws(CommandFailure) -> Duration {
    let digits = text.prefix { "0"..."9" ~= $0 }
    let suffix = text[digits.endIndex...]
    let unit = suffix.isEmpty ? 1000 : units.first { $0.suffix == suffix }?.milliseconds
    guard !digits.isEmpty, let unit else {
      throw .usage("\(option): '\(text)' is not a time; write a whole number with a unit, such as 500ms, 5s or 1m")
    }
    let (milliseconds, overflows) = (Int64(digits) ?? .max).multipliedReportingOverflow(by: unit)
    let time = Duration.milliseconds(milliseconds)
    guard !overflows, time <= limit else { throw .usage("\(option): \(text) is too long; give up to \(spelt(limit))") }
    guard time >= least else { throw .usage("\(option): \(text) is too short; give at least \(spelt(least))") }
    return time
  }

  /// A time in the spelling of the command line, in the largest unit that needs no fraction.
  static func spelt(_ time: Duration) -> String {
    let (seconds, attoseconds) = time.components
    let (milliseconds, overflows) = seconds.multipliedReportingOverflow(by: 1000)
    let whole = overflows ? Int64.max : milliseconds + attoseconds / 1_000_000_000_000_000
    guard whole != 0, let unit = units.last(where: { whole % $0.milliseconds == 0 }) else { return "0s" }
    return "\(whole / unit.milliseconds)\(unit.suffix)"
  }
}

/// Formats figures as text.
enum Units {
  /// Three significant digits in the unit that fits: `73.1 ms`.
  static func time(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<1e3: "\(digits(nanoseconds)) ns"
    case ..<1e6: "\(digits(nanoseconds / 1e3)) µs"
    case ..<1e9: "\(digits(nanoseconds / 1e6)) ms"
    default: "\(digits(nanoseconds / 1e9)) s"
    }
  }

  /// `1.04 ×`, `12.3 ×`, `4,120 ×`.
  static func ratio(_ ratio: Double?) -> String {
    guard let ratio else { return "–" }
    return "\(digits(ratio)) ×"
  }

  static func count(_ number: some BinaryInteger) -> String {
    let text = String(number)
    var grouped = ""
    for (index, character) in text.enumerated() {
      if index > 0, (text.count - index) % 3 == 0 { grouped.append(",") }
      grouped.append(character)
    }
    return grouped
  }

  static func bytes(_ bytes: Int) -> String {
    "\(digits(Double(bytes) / 1_048_576)) MiB"
  }

  private static func digits(_ value: Double) -> String {
    switch value {
    case ..<0.1: fixed(value, places: 3)
    case ..<10: fixed(value, places: 2)
    case ..<100: fixed(value, places: 1)
    default: count(Int(value.rounded()))
    }
  }

  private static func fixed(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
    // The difference of two separately measured times may be negative.
    let scaled = Int((value.magnitude * Double(scale)).rounded())
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: places - fraction.count)
    return "\(value < 0 ? "-" : "")\(scaled / scale).\(zeros)\(fraction)"
  }
}

internal import Glibc

/// Numbers of about three digits, for narrow columns: `0.25`, `7`, `1.23k`, `45.6M`. A thousand is 1,000.
enum ShortNumber {
  private static let units: [(scale: Double, letter: String)] = [
    (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"),
  ]

  /// - Parameter keepsZeros: Whether zeros at the end stay, `1.20k`, so that a figure that changes keeps its width.
  static func text(_ number: Double, keepsZeros: Bool = false) -> String {
    guard number.isFinite else { return "-" }
    // 999.6 has three digits as 1.00k, not as 1000.
    guard let unit = units.first(where: { number >= $0.scale * 0.9995 }) else {
      return number == number.rounded() && !keepsZeros ? "\(Int(number))" : digits(number, keepsZeros)
    }
    return digits(number / unit.scale, keepsZeros) + unit.letter
  }

  static func text(_ number: UInt64) -> String { text(Double(number)) }

  /// A part of one as a percentage: `0%`, `0.01%`, `12.5%`.
  static func percentage(_ part: Double) -> String {
    let percent = part * 100
    // A few of a million are not nothing.
    return percent > 0 && percent < 0.01 ? "<0.01%" : text(percent) + "%"
  }

  /// A number with so many decimal places, up to two.
  static func fixed(_ number: Double, places: Int) -> String {
    let scale = places == 2 ? 100.0 : places == 1 ? 10 : 1
    // No figure of sockets is near the limit.
    let scaled = Int(min(number * scale, 9e18).rounded())
    let (whole, rest) = scaled.quotientAndRemainder(dividingBy: Int(scale))
    if places == 0 { return "\(whole)" }
    let decimals = "\(rest)"
    return "\(whole)." + String(repeating: "0", count: places - decimals.count) + decimals
  }

  private static func digits(_ number: Double, _ keepsZeros: Bool) -> String {
    var text = fixed(number, places: number < 9.995 ? 2 : number < 99.95 ? 1 : 0)
    if keepsZeros || !text.contains(".") { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}

internal import SockDiagWire

extension Duration {
  /// The time with about three digits, for the cell of a table: `35us`, `1.25ms`, `1m52s`.
  var shortText: String {
    var text: [UInt8] = []
    text.append(self)
    return String(decoding: text, as: UTF8.self)
  }

  /// The time with about three digits: `35us`, `1.25ms`, `99.6ms`, `3.2s`.
  ///
  /// - Parameter keepsZeros: Whether zeros at the end stay, `3.20s`.
  func roundedText(keepsZeros: Bool = false) -> String {
    let microseconds = self / .microseconds(1)
    if microseconds < 999.5 { return "\(Int(microseconds.rounded()))us" }
    if microseconds < 999_500 { return ShortNumber.text(microseconds / 1_000, keepsZeros: keepsZeros) + "ms" }
    return ShortNumber.text(microseconds / 1_000_000, keepsZeros: keepsZeros) + "s"
  }
}

extension [UInt8] {
  /// Appends a time to about three digits, never rounded to zero: `35us`, `1.25ms`, `40s`, `1m52s`, `2h0m5s`.
  mutating func append(_ time: Duration) {
    let (seconds, attoseconds) = time.components
    let micro = UInt64(clamping: attoseconds / 1_000_000_000_000)
    let whole = UInt64(clamping: seconds)
    switch (whole, micro) {
    case (0, ..<1000): appendScaled(micro, 1, "us")
    case (0, _): appendScaled(micro, 1000, "ms")
    case (..<60, _): appendScaled(whole * 1000 + micro / 1000, 1000, "s")
    default:
      if whole >= 3600 {
        appendDecimal(whole / 3600)
        append(UInt8(ascii: "h"))
      }
      appendDecimal(whole / 60 % 60)
      append(UInt8(ascii: "m"))
      appendDecimal(whole % 60)
      append(UInt8(ascii: "s"))
    }
  }

  /// Appends a number of thousandths, or of ones, without zeros at the end.
  mutating func appendScaled(_ value: UInt64, _ scale: UInt64, _ unit: String) {
    appendDecimal(value / scale)
    var rest = value % scale
    if rest != 0 {
      append(UInt8(ascii: "."))
      var place = scale / 10
      while rest != 0, place > 0 {
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / place))
        rest %= place
        place /= 10
      }
    }
    append(contentsOf: unit.utf8)
  }
}

extension [UInt8] {
  /// Appends text without characters that a terminal obeys: control characters and invalid UTF-8 become `\xNN`.
  ///
  /// Other people choose the names of interfaces, congestion controls and files.
  mutating func appendVisible(_ text: some Sequence<UInt8>) {
    for scalar in String(decoding: Array(text), as: UTF8.self).unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
        for byte in String(scalar).utf8 { appendEscape(byte) }
      default: append(contentsOf: String(scalar).utf8)
      }
    }
  }

  /// Appends a name for a cell of a table. Spaces and all but printable ASCII become `\xNN`, so that a byte is a column and
  /// a cell is one word.
  mutating func appendCell(_ text: some Sequence<UInt8>) {
    for byte in text {
      if (0x21...0x7e).contains(byte) { append(byte) } else { appendEscape(byte) }
    }
  }

  private mutating func appendEscape(_ byte: UInt8) {
    append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "x")])
    for digit in [byte >> 4, byte & 0xf] { append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
  }
}

/// The columns that text takes on a terminal.
enum DisplayWidth {
  /// The columns of text in UTF-8.
  static func of(_ text: some Collection<UInt8>) -> Int {
    if text.allSatisfy({ $0 < 0x80 }) { return text.count }
    return String(decoding: text, as: UTF8.self).unicodeScalars.reduce(0) { $0 + of($1) }
  }

  /// The longest beginning of a text that fits into a number of columns.
  static func prefix(of text: some Collection<UInt8>, columns: Int) -> [UInt8] {
    var (taken, used) = ([UInt8](), 0)
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      used += of(scalar)
      if used > columns { break }
      taken.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
    return taken
  }

  /// The columns of one character: 0 for marks above the one before, 2 for East Asian letters and pictures (Unicode
  /// Standard Annex 11, the blocks whose characters are wide).
  static func of(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }
}

/// A place of the screen: one character with the marks above it, and how it looks.
///
/// A character that takes two columns is in the first of them; the second is ``continuation``.
struct ScreenCell: Hashable {
  /// The bytes of the text in UTF-8, the first one lowest; 0 for ``continuation``.
  private var packed: UInt64
  var paint: Paint
  /// Whether text and background change places, as for the chosen line.
  var isInverse: Bool

  private init(packed: UInt64, _ paint: Paint, isInverse: Bool) {
    self.packed = packed
    self.paint = paint
    self.isInverse = isInverse
  }

  init(_ scalar: Unicode.Scalar, _ paint: Paint = .none, isInverse: Bool = false) {
    self.init(packed: 0, paint, isInverse: isInverse)
    _ = append(scalar)
  }

  static let blank = ScreenCell(" ")

  /// The second half of a wide character.
  static func continuation(_ paint: Paint, isInverse: Bool) -> ScreenCell {
    ScreenCell(packed: 0, paint, isInverse: isInverse)
  }

  var isContinuation: Bool { packed == 0 }

  /// Adds a mark above the character. Marks that do not fit into eight bytes are left out.
  mutating func append(_ scalar: Unicode.Scalar) -> Bool {
    let bytes = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    let used = (64 - packed.leadingZeroBitCount + 7) / 8
    guard used + bytes.count <= 8 else { return false }
    for (index, byte) in bytes.enumerated() { packed |= UInt64(byte) << UInt64(8 * (used + index)) }
    return true
  }

  func appendText(to bytes: inout [UInt8]) {
    var rest = packed
    while rest != 0 {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }
}

extension FieldBit {
  /// The names of the bits that are set. A bit without a name becomes its number in hexadecimal digits, so that no bit
  /// gets lost.
  package static func texts(of bits: UInt64, in names: [FieldBit]) -> [String] {
    var rest = bits
    var texts: [String] = []
    for name in names where bits & name.bit != 0 {
      texts.append(name.name)
      rest &= ~name.bit
    }
    while rest != 0 {
      let lowest = rest & (~rest &+ 1)
      texts.append("0x" + String(lowest, radix: 16))
      rest &= ~lowest
    }
    return texts
  }

  /// The bits whose names or numbers are listed. Other texts stand for no bit.
  static func bits(of texts: [String], in names: [FieldBit]) -> UInt64 {
    texts.reduce(0) { bits, text in
      if let name = names.first(where: { $0.name == text }) { return bits | name.bit }
      return bits | (text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) ?? 0 : 0)
    }
  }
}

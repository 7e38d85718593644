package import SockDiagWire

extension UnixNamePattern {
  /// A pattern of wildcards, sets and bytes that have to be escaped.
  package static func random(using random: inout some RandomNumberGenerator) -> UnixNamePattern {
    let bytes: [UInt8] = Array("ab/.@*?[]-!^\\ \n\"'()=<>~&|%:".utf8) + [0, 0x1b, 0x7f, 0x80, 0xc3, 0xff]
    func byte() -> UInt8 { bytes.randomElement(using: &random) ?? 0 }
    func element() -> Element {
      switch Int.random(in: 0..<8, using: &random) {
      case 0: return .anyByte
      case 1: return .anyBytes
      case 2:
        let ranges = (0..<Int.random(in: 1...3, using: &random)).map { _ in
          let (one, other) = (byte(), Bool.random(using: &random) ? byte() : 0x61)
          return min(one, other)...max(one, other)
        }
        return .set(ranges, isNegated: Bool.random(using: &random))
      default: return .byte(byte())
      }
    }
    var elements: [Element] = Bool.random(using: &random) ? [.abstractSign] : []
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      let next = element()
      // Two stars are read as one.
      if next != .anyBytes || elements.last != .anyBytes { elements.append(next) }
    }
    return UnixNamePattern(elements: elements)
  }
}

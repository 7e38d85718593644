extension IPAddress: CustomStringConvertible {
  /// The address as `inet_ntop` writes it. Allocates if that is longer than 15 characters.
  public var description: String {
    var text = [UInt8]()
    text.reserveCapacity(45)
    write(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the address as `inet_ntop` writes it, in ASCII.
  ///
  /// IPv6 follows RFC 5952: the first longest run of at least two zero groups is shortened, and mapped and compatible
  /// addresses end in dotted form.
  public func write(to text: inout [UInt8]) {
    if family == .inet {
      Self.writeDotted(low, to: &text)
      return
    }
    let run = longestZeroRun
    // Mapped (::ffff:a.b.c.d), and the obsolete compatible form (::a.b.c.d), whose run of zeros is exactly six groups.
    let isDotted = high == 0 && (low >> 32 == 0xffff || (low >> 32 == 0 && low >> 16 != 0))
    var index = 0
    while index < (isDotted ? 6 : 8) {
      if index == run.lowerBound, !run.isEmpty {
        text.append(UInt8(ascii: ":"))
        if run.upperBound == 8 { text.append(UInt8(ascii: ":")) }
        index = run.upperBound
        continue
      }
      if index > 0 { text.append(UInt8(ascii: ":")) }
      Self.writeHexadecimal(group(index), to: &text)
      index += 1
    }
    if isDotted {
      text.append(UInt8(ascii: ":"))
      Self.writeDotted(low & 0xffff_ffff, to: &text)
    }
  }

  private func group(_ index: Int) -> UInt16 {
    let word = index < 4 ? high : low
    return UInt16(truncatingIfNeeded: word >> UInt64(48 - 16 * (index & 3)))
  }

  private var longestZeroRun: Range<Int> {
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, group(end) == 0 { end += 1 }
      if end - start > best.count, end - start >= 2 { best = start..<end }
      start = end + 1
    }
    return best
  }

  private static func writeDotted(_ value: UInt64, to text: inout [UInt8]) {
    for shift: UInt64 in [24, 16, 8, 0] {
      if shift != 24 { text.append(UInt8(ascii: ".")) }
      writeDecimal(UInt8(truncatingIfNeeded: value >> shift), to: &text)
    }
  }

  private static func writeDecimal(_ value: UInt8, to text: inout [UInt8]) {
    let zero = UInt8(ascii: "0")
    if value >= 100 { text.append(zero + value / 100) }
    if value >= 10 { text.append(zero + value / 10 % 10) }
    text.append(zero + value % 10)
  }

  private static func writeHexadecimal(_ value: UInt16, to text: inout [UInt8]) {
    var isLeading = true
    var shift: UInt16 = 12
    while true {
      let digit = UInt8(truncatingIfNeeded: value >> shift & 0xf)
      isLeading = isLeading && digit == 0 && shift != 0
      if !isLeading { text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10) }
      if shift == 0 { return }
      shift -= 4
    }
  }
}

extension IPAddress: LosslessStringConvertible {
  /// Creates an address from dotted IPv4 or from any form of IPv6, without brackets, prefix or scope.
  public init?(_ description: String) {
    if let value = Self.parseDotted(description[...]) {
      self.init(v4: value)
    } else if let (high, low) = Self.parseGroups(description) {
      self.init(v6: high, low)
    } else {
      return nil
    }
  }

  private static func parseDotted(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      // No leading zero: 010 is eight for inet_aton, ten for a reader, and an error for inet_pton.
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        part.utf8.count == 1 || part.first != "0", let byte = UInt8(part)
      else { return nil }
      value = value << 8 | UInt32(byte)
    }
    return value
  }

  private static func parseGroups(_ text: String) -> (UInt64, UInt64)? {
    let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (3...9).contains(pieces.count) else { return nil }
    var groups: [UInt16] = []
    var gap: Int?
    for (index, piece) in pieces.enumerated() {
      let isLast = index == pieces.count - 1
      if piece.isEmpty {
        // An empty piece is half of "::"; at the start or end of the text, both halves are empty pieces.
        if index == 0 {
          guard pieces[1].isEmpty else { return nil }
        } else if isLast {
          guard pieces[index - 1].isEmpty else { return nil }
        } else {
          guard gap == nil else { return nil }
          gap = groups.count
        }
      } else if isLast, piece.contains(".") {
        guard let value = parseDotted(piece) else { return nil }
        groups += [UInt16(truncatingIfNeeded: value >> 16), UInt16(truncatingIfNeeded: value)]
      } else {
        guard piece.utf8.count <= 4, piece.utf8.allSatisfy(isHexadecimal), let group = UInt16(piece, radix: 16) else {
          return nil
        }
        groups.append(group)
      }
    }
    if let gap {
      guard groups.count < 8 else { return nil }
      groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
    }
    guard groups.count == 8 else { return nil }
    let words = [groups[..<4], groups[4...]].map { $0.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
    return (words[0], words[1])
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }
}

extension IPAddress: Codable {
  /// Reads an address from its text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let address = IPAddress(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not an IP address")
    }
    self = address
  }

  /// Writes the address as text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension FieldWriter {
  /// Writes an IP address as text.
  public mutating func address(_ key: String, _ value: IPAddress) { ascii(key) { value.write(to: &$0) } }

  /// Writes an IP address as text, unless it is absent.
  public mutating func address(_ key: String, _ value: IPAddress?) {
    if let value { address(key, value) }
  }
}

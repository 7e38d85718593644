internal import SockDiagWire

/// Figures as `key=value` words, in lines that start with their topic.
///
/// Keys are the kernel's names, so that its sources and other tools show the same keys. Values have units.
struct DetailText {
  var bytes: [UInt8]
  /// The separator before each line.
  var lineStart: String
  /// The topic of the next line, until it has a word. A line without words is left out.
  private var pendingLabel: String?

  init(bytes: consuming [UInt8], lineStart: String) {
    self.bytes = bytes
    self.lineStart = lineStart
  }

  /// Begins a line.
  mutating func line(_ label: String) { pendingLabel = label }

  private mutating func beginLine() {
    guard let label = pendingLabel else { return }
    pendingLabel = nil
    bytes.append(contentsOf: lineStart.utf8)
    bytes.append(contentsOf: label.utf8)
  }

  private mutating func key(_ key: String) {
    beginLine()
    bytes.append(UInt8(ascii: " "))
    bytes.append(contentsOf: key.utf8)
    bytes.append(UInt8(ascii: "="))
  }

  /// Text with blanks, which ends the line.
  mutating func rest(_ key: String, _ value: String) {
    self.key(key)
    bytes.appendVisible(value.utf8)
  }

  /// A number; absent is absent.
  mutating func number(_ key: String, _ value: (some UnsignedInteger)?) {
    guard let value else { return }
    self.key(key)
    bytes.appendDecimal(UInt64(value))
  }

  /// A number in units of a power of two, with up to three decimals.
  mutating func fraction(_ key: String, _ value: UInt32, of one: UInt32) {
    self.key(key)
    bytes.appendDecimal(UInt64(value / one))
    var thousandths = UInt64(value % one) * 1000 / UInt64(one)
    if thousandths == 0 { return }
    bytes.append(UInt8(ascii: "."))
    var place: UInt64 = 100
    while thousandths > 0, place > 0 {
      bytes.appendDecimal(thousandths / place)
      thousandths %= place
      place /= 10
    }
  }

  /// A number that is worth a word only if it is not zero.
  mutating func count(_ key: String, _ value: (some UnsignedInteger)?) {
    if let value, value != 0 { number(key, value) }
  }

  /// Two counts, the second the whole of which the first is the current part.
  mutating func counts(_ key: String, _ current: UInt32?, _ total: UInt32?) {
    guard let current, let total, current != 0 || total != 0 else { return }
    number(key, current)
    bytes.append(UInt8(ascii: "/"))
    bytes.appendDecimal(UInt64(total))
  }

  /// A time, unless it is zero.
  mutating func time(_ key: String, _ value: Duration?) {
    guard let value, value != .zero else { return }
    self.key(key)
    bytes.append(value)
  }

  /// A time and how far it varies.
  mutating func times(_ key: String, _ value: Duration?, _ variation: Duration?) {
    guard let value, value != .zero else { return }
    time(key, value)
    guard let variation else { return }
    bytes.append(UInt8(ascii: "/"))
    bytes.append(variation)
  }

  /// A rate in bits per second, unless it is zero or the kernel's "no limit".
  mutating func rate(_ key: String, _ bytesPerSecond: UInt64?) {
    guard let bytesPerSecond, bytesPerSecond != 0, bytesPerSecond != .max, bytesPerSecond != UInt64(UInt32.max) else {
      return
    }
    self.key(key)
    bytes.appendRate(bytesPerSecond)
  }

  /// A name from the kernel or the system.
  mutating func name(_ key: String, _ value: String?) {
    guard let value else { return }
    self.key(key)
    bytes.appendCell(value.utf8)
  }

  mutating func names(_ key: String, _ values: [String]) {
    if !values.isEmpty { name(key, values.joined(separator: ",")) }
  }

  mutating func address(_ key: String, _ address: IPAddress, prefixLength: UInt8) {
    self.key(key)
    address.write(to: &bytes)
    bytes.append(UInt8(ascii: "/"))
    bytes.appendDecimal(UInt64(prefixLength))
  }

  /// A bare word.
  mutating func flag(_ word: String, _ isSet: Bool?) {
    guard isSet == true else { return }
    beginLine()
    bytes.append(UInt8(ascii: " "))
    bytes.append(contentsOf: word.utf8)
  }
}

extension [UInt8] {
  /// Appends a rate in bits per second with a decimal prefix: `11.6Gbit/s`.
  mutating func appendRate(_ bytesPerSecond: UInt64) {
    let (bits, overflows) = bytesPerSecond.multipliedReportingOverflow(by: 8)
    switch overflows ? .max : bits {
    case ..<1000: appendScaled(bits, 1, "bit/s")
    case ..<1_000_000: appendScaled(bits, 1000, "kbit/s")
    case ..<1_000_000_000: appendScaled(bits / 1000, 1000, "Mbit/s")
    default: appendScaled((overflows ? .max : bits) / 1_000_000, 1000, "Gbit/s")
    }
  }
}

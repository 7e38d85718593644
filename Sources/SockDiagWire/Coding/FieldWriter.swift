/// Writes the fields of a record under their keys.
///
/// Records describe themselves once, for two writers: one for any `Encoder`, and one that appends JSON text a hundred times
/// faster, for streams of many sockets. So the two forms cannot differ.
///
/// Keys are those of the JSON output: lower case with underscores, the unit at the end. An absent field is not written.
///
/// No method throws, although encoders may: the writer for encoders keeps the first error until the end. Otherwise every
/// line of a record would need a `try` for the one writer that can fail.
public protocol FieldWriter {
  /// Writes a number.
  mutating func number(_ key: String, _ value: UInt64)
  /// Writes a number that may be negative.
  mutating func number(_ key: String, _ value: Int64)
  /// Writes a truth value.
  mutating func boolean(_ key: String, _ value: Bool)
  /// Writes text.
  mutating func text(_ key: String, _ value: String)
  /// Writes a list of texts.
  mutating func texts(_ key: String, _ values: [String])
  /// Writes the names of the bits that are set, without a list of them in memory.
  mutating func texts(_ key: String, of bits: UInt64, in names: [FieldBit])
  /// Writes a number as text, because many JSON readers round numbers above 2⁵³.
  mutating func longNumber(_ key: String, _ value: UInt64)
  /// Writes a list of numbers.
  mutating func numbers(_ key: String, _ values: [UInt32])
  /// Writes text that `append` makes: ASCII that needs no escapes. Allocates nothing where the writer makes text.
  mutating func ascii(_ key: String, _ append: (inout [UInt8]) -> Void)
  /// Writes an object, whose fields `fields` writes.
  mutating func object(_ key: String, _ fields: (inout Self) -> Void)
  /// Writes a list of objects, one for each element. With `isOnLines`, each object is on a line of its own in JSON text, for
  /// people who read that text.
  mutating func objects<Element>(
    _ key: String, _ elements: [Element], isOnLines: Bool, _ fields: (Element, inout Self) -> Void
  )
  /// Writes fields that were recorded before as JSON text.
  mutating func recorded<Value>(_ fields: RecordedFields<Value>)
}

extension FieldWriter {
  /// Writes the names of the bits that are set as a list of texts.
  public mutating func texts(_ key: String, of bits: UInt64, in names: [FieldBit]) {
    texts(key, names.filter { bits & $0.bit != 0 }.map(\.name))
  }

  /// Writes the fields of the value, as for the first time.
  public mutating func recorded<Value>(_ fields: RecordedFields<Value>) { fields.value.writeFields(to: &self) }
}

/// Fields that may be absent: a value that is `nil` writes nothing.
extension FieldWriter {
  /// Writes a number, unless it is absent.
  public mutating func number<Number: FixedWidthInteger>(_ key: String, _ value: Number?) {
    guard let value else { return }
    if Number.isSigned {
      number(key, Int64(clamping: value))
    } else {
      number(key, UInt64(clamping: value))
    }
  }

  /// Writes a number as text, unless it is absent.
  public mutating func longNumber(_ key: String, _ value: UInt64?) {
    if let value { longNumber(key, value) }
  }

  /// Writes a time in whole milliseconds, rounded down, unless it is absent. The key ends in `_ms`.
  public mutating func milliseconds(_ key: String, _ value: Duration?) {
    guard let (seconds, attoseconds) = value?.components else { return }
    number(key, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }

  /// Writes a truth value, unless it is absent.
  public mutating func boolean(_ key: String, _ value: Bool?) {
    if let value { boolean(key, value) }
  }

  /// Writes text, unless it is absent.
  public mutating func text(_ key: String, _ value: String?) {
    if let value { text(key, value) }
  }

  /// Writes bytes as text, unless they are absent. Invalid UTF-8 is replaced.
  public mutating func text(_ key: String, utf8 bytes: [UInt8]?) {
    if let bytes { text(key, String(decoding: bytes, as: UTF8.self)) }
  }

  /// Writes a list of texts, unless it is absent.
  public mutating func texts(_ key: String, _ values: [String]?) {
    if let values { texts(key, values) }
  }

  /// Writes the names of the bits that are set, unless the bits are absent.
  public mutating func texts(_ key: String, of bits: UInt64?, in names: [FieldBit]) {
    if let bits { texts(key, of: bits, in: names) }
  }

  /// Writes a value as an object, unless it is absent.
  public mutating func object<Value: FieldWritable>(_ key: String, _ value: Value?) {
    if let value { object(key) { value.writeFields(to: &$0) } }
  }

  /// Writes a list of objects, one for each element.
  public mutating func objects<Element>(
    _ key: String, _ elements: [Element], _ fields: (Element, inout Self) -> Void
  ) {
    objects(key, elements, isOnLines: false, fields)
  }

  /// Writes a list of values as objects, unless it is absent.
  public mutating func objects<Value: FieldWritable>(_ key: String, _ values: [Value]?, isOnLines: Bool = false) {
    if let values { objects(key, values, isOnLines: isOnLines) { $0.writeFields(to: &$1) } }
  }
}

/// The name of a bit, for lists of the bits that are set.
public struct FieldBit: Hashable, Sendable {
  /// The bit.
  public var bit: UInt64
  /// Its name.
  public var name: String

  /// Creates a name of a bit.
  public init(_ bit: UInt64, _ name: String) {
    self.bit = bit
    self.name = name
  }
}

/// A key of a field, for containers of encoders and decoders.
struct FieldKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}

/// Writes fields into a container of an encoder.
struct ContainerWriter: FieldWriter {
  private var container: KeyedEncodingContainer<FieldKey>
  /// The first error of the encoder. Nothing is written after it.
  private(set) var error: (any Error)?

  init(container: KeyedEncodingContainer<FieldKey>) { self.container = container }

  private mutating func encode(_ value: some Encodable, _ key: String) {
    if error != nil { return }
    do { try container.encode(value, forKey: FieldKey(key)) } catch { self.error = error }
  }

  mutating func number(_ key: String, _ value: UInt64) { encode(value, key) }
  mutating func number(_ key: String, _ value: Int64) { encode(value, key) }
  mutating func boolean(_ key: String, _ value: Bool) { encode(value, key) }
  mutating func text(_ key: String, _ value: String) { encode(value, key) }
  mutating func texts(_ key: String, _ values: [String]) { encode(values, key) }
  mutating func longNumber(_ key: String, _ value: UInt64) { encode(String(value), key) }
  mutating func numbers(_ key: String, _ values: [UInt32]) { encode(values, key) }

  mutating func ascii(_ key: String, _ append: (inout [UInt8]) -> Void) {
    var text: [UInt8] = []
    append(&text)
    encode(String(decoding: text, as: UTF8.self), key)
  }

  mutating func object(_ key: String, _ fields: (inout Self) -> Void) {
    var nested = Self(container: container.nestedContainer(keyedBy: FieldKey.self, forKey: FieldKey(key)))
    fields(&nested)
    error = error ?? nested.error
  }

  mutating func objects<Element>(
    _ key: String, _ elements: [Element], isOnLines: Bool, _ fields: (Element, inout Self) -> Void
  ) {
    var list = container.nestedUnkeyedContainer(forKey: FieldKey(key))
    for element in elements {
      var nested = Self(container: list.nestedContainer(keyedBy: FieldKey.self))
      fields(element, &nested)
      error = error ?? nested.error
    }
  }
}

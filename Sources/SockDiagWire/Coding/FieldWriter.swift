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
  /// Writes a truth value.
  mutating func boolean(_ key: String, _ value: Bool)
  /// Writes text.
  mutating func text(_ key: String, _ value: String)
  /// Writes a list of texts.
  mutating func texts(_ key: String, _ values: [String])
  /// Writes a number as text, because many JSON readers round numbers above 2⁵³.
  mutating func longNumber(_ key: String, _ value: UInt64)
  /// Writes an IP address as text.
  mutating func address(_ key: String, _ value: IPAddress)
  /// Writes an object, whose fields `fields` writes.
  mutating func object(_ key: String, _ fields: (inout Self) -> Void)
  /// Writes a list of objects, one for each element.
  mutating func objects<Element>(
    _ key: String, _ elements: [Element], _ fields: (Element, inout Self) -> Void
  )
}

extension FieldWriter {
  /// Writes a number, unless it is absent.
  public mutating func number(_ key: String, _ value: (some FixedWidthInteger & UnsignedInteger)?) {
    if let value { number(key, UInt64(value)) }
  }

  /// Writes text, unless it is absent.
  public mutating func text(_ key: String, _ value: String?) {
    if let value { text(key, value) }
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
  mutating func boolean(_ key: String, _ value: Bool) { encode(value, key) }
  mutating func text(_ key: String, _ value: String) { encode(value, key) }
  mutating func texts(_ key: String, _ values: [String]) { encode(values, key) }
  mutating func longNumber(_ key: String, _ value: UInt64) { encode(String(value), key) }
  mutating func address(_ key: String, _ value: IPAddress) { encode(value, key) }

  mutating func object(_ key: String, _ fields: (inout Self) -> Void) {
    var nested = Self(container: container.nestedContainer(keyedBy: FieldKey.self, forKey: FieldKey(key)))
    fields(&nested)
    error = error ?? nested.error
  }

  mutating func objects<Element>(_ key: String, _ elements: [Element], _ fields: (Element, inout Self) -> Void) {
    var list = container.nestedUnkeyedContainer(forKey: FieldKey(key))
    for element in elements {
      var nested = Self(container: list.nestedContainer(keyedBy: FieldKey.self))
      fields(element, &nested)
      error = error ?? nested.error
    }
  }
}

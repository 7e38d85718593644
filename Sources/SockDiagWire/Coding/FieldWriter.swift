/// Writes named fields, either as JSON text in UTF-8 or into a container of an `Encoder`.
///
/// JSON text is a hundred times faster than a `JSONEncoder`, which matters for streams of many sockets. One type does
/// both, so the two outputs cannot differ, and a record is written without generic code.
///
/// A field whose value is `nil` is left out. Keys are literals of this package and are not escaped. No method throws,
/// although encoders may: the writer keeps the first error, so that not every line of a record needs a `try`.
package struct FieldWriter {
  /// The JSON text. It does not change while a container is written.
  private(set) var output: [UInt8]
  private var needsComma = false
  /// The container to write to; `nil` for JSON text.
  private var container: KeyedEncodingContainer<FieldKey>?
  /// The first error of the encoder. Nothing is written after it.
  private(set) var error: (any Error)?

  /// Creates a writer of JSON text.
  init(appendingTo output: consuming [UInt8]) { self.output = output }

  /// Creates a writer into an encoder's container.
  init(container: KeyedEncodingContainer<FieldKey>) {
    output = []
    self.container = container
  }

  mutating func openObject() {
    output.append(UInt8(ascii: "{"))
    needsComma = false
  }

  mutating func closeObject() {
    output.append(UInt8(ascii: "}"))
    needsComma = true
  }

  private mutating func key(_ key: String) {
    if needsComma { output.append(UInt8(ascii: ",")) }
    needsComma = true
    output.append(UInt8(ascii: "\""))
    output.append(contentsOf: key.utf8)
    output.append(UInt8(ascii: "\""))
    output.append(UInt8(ascii: ":"))
  }

  private mutating func encode(_ value: some Encodable, _ key: String) {
    if error != nil { return }
    do { try container?.encode(value, forKey: FieldKey(key)) } catch { self.error = error }
  }
}

// MARK: Single values

extension FieldWriter {
  package mutating func number(_ key: String, _ value: UInt64) {
    if container != nil { return encode(value, key) }
    self.key(key)
    output.appendDecimal(value)
  }

  package mutating func number(_ key: String, _ value: Int64) {
    if container != nil { return encode(value, key) }
    self.key(key)
    if value < 0 { output.append(UInt8(ascii: "-")) }
    output.appendDecimal(value.magnitude)
  }

  package mutating func number<Number: FixedWidthInteger>(_ key: String, _ value: Number?) {
    guard let value else { return }
    if Number.isSigned {
      number(key, Int64(clamping: value))
    } else {
      number(key, UInt64(clamping: value))
    }
  }

  /// Writes a number as text, because JSON readers may round one of 64 bits.
  package mutating func longNumber(_ key: String, _ value: UInt64?) {
    guard let value else { return }
    if container != nil { return encode(String(value), key) }
    self.key(key)
    output.append(UInt8(ascii: "\""))
    output.appendDecimal(value)
    output.append(UInt8(ascii: "\""))
  }

  /// Writes a time in whole milliseconds, rounded down. The key has to end in `_ms`.
  package mutating func milliseconds(_ key: String, _ value: Duration?) {
    guard let (seconds, attoseconds) = value?.components else { return }
    number(key, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }

  package mutating func boolean(_ key: String, _ value: Bool?) {
    guard let value else { return }
    if container != nil { return encode(value, key) }
    self.key(key)
    output.append(contentsOf: (value ? "true" : "false").utf8)
  }

  package mutating func text(_ key: String, _ value: String?) {
    guard let value else { return }
    if container != nil { return encode(value, key) }
    self.key(key)
    output.appendJSONString(value)
  }

  /// Writes bytes as text. Invalid UTF-8 is replaced.
  package mutating func text(_ key: String, utf8 bytes: [UInt8]?) {
    text(key, bytes.map { String(decoding: $0, as: UTF8.self) })
  }

  package mutating func texts(_ key: String, _ values: [String]?) {
    guard let values else { return }
    if container != nil { return encode(values, key) }
    self.key(key)
    output.append(UInt8(ascii: "["))
    for (index, value) in values.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      output.appendJSONString(value)
    }
    output.append(UInt8(ascii: "]"))
  }

  package mutating func address(_ key: String, _ value: IPAddress?) {
    guard let value else { return }
    if container != nil { return encode(value, key) }
    self.key(key)
    output.append(UInt8(ascii: "\""))
    value.write(to: &output)
    output.append(UInt8(ascii: "\""))
  }
}

// MARK: Nested objects

extension FieldWriter {
  /// Writes an object whose fields the closure writes.
  package mutating func object(_ key: String, _ fields: (inout FieldWriter) -> Void) {
    if var container {
      var nested = Self(container: container.nestedContainer(keyedBy: FieldKey.self, forKey: FieldKey(key)))
      fields(&nested)
      error = error ?? nested.error
      self.container = container
    } else {
      self.key(key)
      openObject()
      fields(&self)
      closeObject()
    }
  }

  package mutating func object<Value: FieldWritable>(_ key: String, _ value: Value?) {
    guard let value else { return }
    object(key) { value.writeFields(to: &$0) }
  }

  /// Writes an array of objects. The closure writes the fields of each.
  ///
  /// - Parameter isOnLines: Whether each object is on a line of its own, for people who read the JSON text.
  package mutating func objects<Element>(
    _ key: String, _ elements: [Element], isOnLines: Bool = false, _ fields: (Element, inout FieldWriter) -> Void
  ) {
    if var container {
      var list = container.nestedUnkeyedContainer(forKey: FieldKey(key))
      for element in elements {
        var nested = Self(container: list.nestedContainer(keyedBy: FieldKey.self))
        fields(element, &nested)
        error = error ?? nested.error
      }
      self.container = container
      return
    }
    self.key(key)
    var list = JSONArray(isOnLines: isOnLines)
    for element in elements {
      list.beginElement(&output)
      openObject()
      fields(element, &self)
      closeObject()
    }
    list.end(&output)
    needsComma = true
  }

  package mutating func objects<Value: FieldWritable>(_ key: String, _ values: [Value]?, isOnLines: Bool = false) {
    guard let values else { return }
    objects(key, values, isOnLines: isOnLines) { $0.writeFields(to: &$1) }
  }
}

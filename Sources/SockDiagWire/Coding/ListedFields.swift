/// A part of a record whose fields are one list, for writing and for reading.
///
/// So the two name the same keys. Writing copies the value; a record of which hosts have many writes its fields itself.
protocol ListedFields: RecordPart {
  /// A value for a reader to fill.
  init()

  /// Passes each field to `list`, in the order of the output.
  mutating func visit<List: FieldList>(_ list: inout List)
}

extension ListedFields {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    // Moved, not copied: otherwise the first field would copy all text so far.
    var list = WrittenFields(writer: consume writer)
    var copy = self
    copy.visit(&list)
    writer = list.writer
  }

  /// Reads the fields.
  init(_ fields: FieldReader) throws {
    self.init()
    var list = ReadFields(reader: fields)
    visit(&list)
    if let error = list.error { throw error }
  }
}

/// Takes the fields of a value, to write them or to fill them.
protocol FieldList {
  /// A number.
  mutating func number<Number: FixedWidthInteger & Decodable>(_ key: String, _ value: inout Number)
  /// A number that may be absent.
  mutating func number<Number: FixedWidthInteger & Decodable>(_ key: String, _ value: inout Number?)
  /// A number that is written as text.
  mutating func longNumber(_ key: String, _ value: inout UInt64)
  /// A truth value.
  mutating func boolean(_ key: String, _ value: inout Bool)
  /// Text.
  mutating func text(_ key: String, _ value: inout String)
  /// Bytes in hexadecimal digits; absent if there are none.
  mutating func hexadecimal(_ key: String, _ value: inout [UInt8])
  /// A value that is written as its name.
  mutating func name<Value: CustomStringConvertible>(
    _ key: String, _ value: inout Value, _ make: (String) -> Value?)
  /// The names of the bits that are set.
  mutating func names<Bits: OptionSet>(
    _ key: String, _ bits: inout Bits, _ names: [FieldBit]
  ) where Bits.RawValue == UInt32
  /// An object.
  mutating func object<Value: ListedFields>(_ key: String, _ value: inout Value)
  /// An object that may be absent.
  mutating func object<Value: ListedFields>(_ key: String, _ value: inout Value?)
  /// The fields of a part among the others.
  mutating func part<Value: ListedFields>(_ value: inout Value)
  /// The fields of a part among the others. It is absent if the key is.
  mutating func part<Value: ListedFields>(_ value: inout Value?, with key: String)
}

/// Writes fields.
private struct WrittenFields<Writer: FieldWriter>: FieldList {
  var writer: Writer

  init(writer: consuming Writer) { self.writer = writer }

  mutating func number<Number: FixedWidthInteger & Decodable>(_ key: String, _ value: inout Number) {
    writer.number(key, value)
  }

  mutating func number<Number: FixedWidthInteger & Decodable>(_ key: String, _ value: inout Number?) {
    writer.number(key, value)
  }

  mutating func longNumber(_ key: String, _ value: inout UInt64) { writer.longNumber(key, value) }
  mutating func boolean(_ key: String, _ value: inout Bool) { writer.boolean(key, value) }
  mutating func text(_ key: String, _ value: inout String) { writer.text(key, value) }

  mutating func hexadecimal(_ key: String, _ value: inout [UInt8]) {
    if !value.isEmpty { writer.text(key, value.hexadecimal) }
  }

  mutating func name<Value: CustomStringConvertible>(
    _ key: String, _ value: inout Value, _ make: (String) -> Value?
  ) {
    writer.text(key, value.description)
  }

  mutating func names<Bits: OptionSet>(
    _ key: String, _ bits: inout Bits, _ names: [FieldBit]
  ) where Bits.RawValue == UInt32 {
    writer.texts(key, FieldBit.texts(of: UInt64(bits.rawValue), in: names))
  }

  mutating func object<Value: ListedFields>(_ key: String, _ value: inout Value) { writer.object(key, value) }
  mutating func object<Value: ListedFields>(_ key: String, _ value: inout Value?) { writer.object(key, value) }
  mutating func part<Value: ListedFields>(_ value: inout Value) { value.visit(&self) }
  mutating func part<Value: ListedFields>(_ value: inout Value?, with key: String) { value?.visit(&self) }
}

/// Reads fields, up to the first error.
private struct ReadFields: FieldList {
  private let reader: FieldReader
  private(set) var error: (any Error)?

  init(reader: FieldReader) { self.reader = reader }

  private mutating func read<Value>(_ value: inout Value, _ body: (FieldReader) throws -> Value) {
    if error != nil { return }
    do { value = try body(reader) } catch { self.error = error }
  }

  mutating func number<Number: FixedWidthInteger & Decodable>(_ key: String, _ value: inout Number) {
    read(&value) { try $0.required(key) }
  }

  mutating func number<Number: FixedWidthInteger & Decodable>(_ key: String, _ value: inout Number?) {
    read(&value) { try $0.optional(key) }
  }

  mutating func longNumber(_ key: String, _ value: inout UInt64) { read(&value) { try $0.longNumber(key) } }
  mutating func boolean(_ key: String, _ value: inout Bool) { read(&value) { try $0.required(key) } }
  mutating func text(_ key: String, _ value: inout String) { read(&value) { try $0.required(key) } }
  mutating func hexadecimal(_ key: String, _ value: inout [UInt8]) { read(&value) { try $0.hexadecimal(key) } }

  mutating func name<Value: CustomStringConvertible>(
    _ key: String, _ value: inout Value, _ make: (String) -> Value?
  ) {
    read(&value) { try $0.named(key, make) }
  }

  mutating func names<Bits: OptionSet>(
    _ key: String, _ bits: inout Bits, _ names: [FieldBit]
  ) where Bits.RawValue == UInt32 {
    read(&bits) { reader in
      Bits(rawValue: UInt32(truncatingIfNeeded: FieldBit.bits(of: try reader.required(key), in: names)))
    }
  }

  mutating func object<Value: ListedFields>(_ key: String, _ value: inout Value) {
    read(&value) { try $0.object(key, Value.init) ?? Value() }
  }

  mutating func object<Value: ListedFields>(_ key: String, _ value: inout Value?) {
    read(&value) { try $0.object(key, Value.init) }
  }

  mutating func part<Value: ListedFields>(_ value: inout Value) { read(&value) { try Value($0) } }

  mutating func part<Value: ListedFields>(_ value: inout Value?, with key: String) {
    read(&value) { $0.contains(key) ? try Value($0) : nil }
  }
}

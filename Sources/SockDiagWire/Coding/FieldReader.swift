/// Reads the fields of one object and reports clear errors.
struct FieldReader {
  private let container: KeyedDecodingContainer<FieldKey>

  init(_ container: KeyedDecodingContainer<FieldKey>) { self.container = container }

  func contains(_ key: String) -> Bool { container.contains(FieldKey(key)) }

  func required<Value: Decodable>(_ key: String) throws -> Value {
    try container.decode(Value.self, forKey: FieldKey(key))
  }

  func optional<Value: Decodable>(_ key: String) throws -> Value? {
    try container.decodeIfPresent(Value.self, forKey: FieldKey(key))
  }

  func named<Value>(_ key: String, _ make: (String) -> Value?) throws -> Value {
    let name: String = try required(key)
    guard let value = make(name) else {
      throw DecodingError.dataCorruptedError(
        forKey: FieldKey(key), in: container, debugDescription: "\"\(name)\" is not a known \(key)")
    }
    return value
  }

  func optionalNamed<Value>(_ key: String, _ make: (String) -> Value?) throws -> Value? {
    contains(key) ? try named(key, make) : nil
  }

  /// A number that is written as text.
  func longNumber(_ key: String) throws -> UInt64 {
    try named(key) { $0.utf8.allSatisfy(\.isDigit) ? UInt64($0) : nil }
  }

  func object<Value>(_ key: String, _ read: (FieldReader) throws -> Value) throws -> Value? {
    guard contains(key) else { return nil }
    return try read(FieldReader(container.nestedContainer(keyedBy: FieldKey.self, forKey: FieldKey(key))))
  }

  func objects<Value>(_ key: String, _ read: (FieldReader) throws -> Value) throws -> [Value] {
    guard contains(key) else { return [] }
    var list = try container.nestedUnkeyedContainer(forKey: FieldKey(key))
    var values: [Value] = []
    while !list.isAtEnd { values.append(try read(FieldReader(list.nestedContainer(keyedBy: FieldKey.self)))) }
    return values
  }

  /// The list of objects; `nil` if there is none.
  func optionalObjects<Value>(_ key: String, _ read: (FieldReader) throws -> Value) throws -> [Value]? {
    contains(key) ? try objects(key, read) : nil
  }

  func hexadecimal(_ key: String) throws -> [UInt8] {
    guard let text: String = try optional(key) else { return [] }
    guard let bytes = [UInt8](hexadecimal: text) else {
      throw DecodingError.dataCorruptedError(
        forKey: FieldKey(key), in: container, debugDescription: "expected pairs of hexadecimal digits")
    }
    return bytes
  }
}

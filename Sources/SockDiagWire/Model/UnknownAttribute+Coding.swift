extension UnknownAttribute: RecordPart {
  /// Writes the number, and the payload in hexadecimal digits.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("type", type)
    writer.text("payload", payload.hexadecimal)
  }

  init(_ fields: FieldReader) throws {
    self.init(type: try fields.required("type"), payload: try fields.hexadecimal("payload"))
  }
}

extension FieldWriter {
  /// Writes attributes that this package does not know; nothing if there are none.
  mutating func attributes(_ key: String, _ attributes: [UnknownAttribute]) {
    if !attributes.isEmpty { objects(key, attributes) }
  }
}

extension FieldReader {
  func attributes(_ key: String) throws -> [UnknownAttribute] {
    try objects(key, UnknownAttribute.init)
  }
}

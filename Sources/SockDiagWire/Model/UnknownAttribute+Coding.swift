extension FieldWriter {
  mutating func attributes(_ key: String, _ attributes: [UnknownAttribute]) {
    if attributes.isEmpty { return }
    objects(key, attributes) { attribute, writer in
      writer.number("type", attribute.type)
      writer.text("payload", attribute.payload.hexadecimal)
    }
  }
}

extension FieldReader {
  func attributes(_ key: String) throws -> [UnknownAttribute] {
    try objects(key) { UnknownAttribute(type: try $0.required("type"), payload: try $0.hexadecimal("payload")) }
  }
}

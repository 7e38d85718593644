/// A part of a record that stands there as an object, and that is also encoded alone with the same keys.
protocol RecordPart: FieldWritable, Codable {
  /// Reads the fields.
  init(_ fields: FieldReader) throws
}

extension RecordPart {
  /// Reads what `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    try self.init(FieldReader(decoder.container(keyedBy: FieldKey.self)))
  }
}

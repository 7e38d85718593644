/// The last values of a rate.
struct RateHistory: Hashable, Sendable {
  static let capacity = 30

  /// The newest last.
  private(set) var values: [Float] = []

  mutating func append(_ value: Double) {
    if values.count >= Self.capacity { values.removeFirst(values.count - Self.capacity + 1) }
    values.append(Float(value))
  }

  /// The last values as blocks, the highest of them a whole one. No traffic is a blank.
  ///
  /// - Parameter columns: How many; at most ``capacity``. Values that are not there yet are blanks on the left.
  func blocks(_ columns: Int) -> String {
    let columns = min(columns, Self.capacity)
    let shown = values.suffix(columns)
    let highest = shown.max() ?? 0
    var text = String(repeating: " ", count: columns - shown.count)
    for value in shown { text.unicodeScalars.append(Self.block(value, of: highest)) }
    return text
  }

  private static func block(_ value: Float, of highest: Float) -> Unicode.Scalar {
    guard value > 0, highest > 0 else { return " " }
    return blocks[min(Int(value / highest * Float(blocks.count)), blocks.count - 1)]
  }

  private static let blocks = Array("▁▂▃▄▅▆▇█".unicodeScalars)
}

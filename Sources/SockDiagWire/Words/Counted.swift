extension BinaryInteger {
  /// The number with its noun: `1 socket`, `2 sockets`.
  ///
  /// - Parameter plural: The noun for other numbers than 1; by default the noun with an s.
  package func counted(_ noun: String, _ plural: String? = nil) -> String {
    self == 1 ? "1 \(noun)" : "\(self) \(plural ?? noun + "s")"
  }
}

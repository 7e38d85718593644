/// The two parts of a message such as `'8x' is not a port; ports are 0 to 65535`: the fault, and what to write instead.
enum ExplanationParts {
  /// What follows the first semicolon that is not inside single quotes, because a quoted text is from the user.
  static func suggestion(in explanation: String) -> String? {
    var isQuoted = false
    var bytes = explanation.utf8[...]
    while let byte = bytes.popFirst() {
      if byte == UInt8(ascii: "'") { isQuoted.toggle() }
      guard !isQuoted, byte == UInt8(ascii: ";"), bytes.first == UInt8(ascii: " ") else { continue }
      return String(Substring(bytes.dropFirst()))
    }
    return nil
  }
}

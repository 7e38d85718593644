internal import SockDiag
internal import SockDiagWire

/// A corrected filter: the wrong filter with the replacement that its error suggests.
struct FilterCorrection: Hashable {
  /// The part that the error quotes: `dport`, `state established`.
  let suggestion: String
  /// The whole filter.
  let filter: String

  /// - Returns: `nil` if the error suggests nothing, or something that is no right filter either.
  init?(_ text: String, _ error: FilterError, names: any FilterNames) {
    let quotes = error.explanation.split(separator: "'", omittingEmptySubsequences: false)
    let suggestions = quotes.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    let scalars = Array(text.unicodeScalars)
    let start = min(max(error.column - 1, 0), scalars.count)
    let end = min(start + max(error.length, 0), scalars.count)
    let before = String(String.UnicodeScalarView(scalars[..<start]))
    let after = String(String.UnicodeScalarView(scalars[end...]))
    for suggestion in suggestions.reversed() {
      let filter = before + suggestion + after
      guard (try? SocketFilter(filter, names: names)) != nil else { continue }
      self.suggestion = suggestion
      self.filter = filter
      return
    }
    return nil
  }
}

extension FilterCorrection {
  /// The explanation of the error with the whole command line in place of the suggestion.
  ///
  /// - Parameters:
  ///   - message: The message about the wrong filter.
  ///   - words: The words after `sockdiag`.
  func message(_ message: String, for words: [String]) -> String {
    guard let choice = try? CommandChoice(words), case .subcommand(let subcommand, let rest) = choice,
      let quoted = message.ranges(of: "'\(suggestion)'").last
    else { return message }
    var options: [String] = []
    var isValue = false
    // The first argument of these is a file.
    var files = ["record", "decode"].contains(subcommand.name) ? 1 : 0
    for word in rest.prefix(while: { $0 != "--" }) {
      let isFile = !isValue && files > 0 && !word.hasPrefix("-")
      if isValue || isFile || word.hasPrefix("-") { options.append(word) }
      if isFile { files -= 1 }
      isValue = OptionValues.areExpected(after: word)
    }
    let name = words.first == subcommand.name ? [subcommand.name] : []
    let line = OfferedLine(name + options + filter.split(separator: " ").map(String.init))
    guard let offer = line.quoted else { return message }
    // Others that the message suggests are not offered as lines.
    let tail = message[quoted.upperBound...]
    return message[..<quoted.lowerBound] + offer + tail
  }
}

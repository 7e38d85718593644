/// Options as lsof writes them: `-i :8080`, `-iTCP:8080`, `-i4`, `-sTCP:LISTEN`.
struct LsofHabit {
  private let selector: String
  private let listensOnly: Bool

  /// - Returns: `nil` if the words have no such option.
  init?(_ words: [String]) {
    guard let selector = words.lazy.compactMap(Self.selector).first ?? Self.separate(words) else { return nil }
    self.selector = selector
    listensOnly = words.contains { $0.uppercased().hasSuffix("TCP:LISTEN") }
  }

  /// The command that does it.
  var suggestion: String? {
    var rest = selector[...]
    var options = listensOnly ? "-l" : "-a"
    if let family = rest.first, family == "4" || family == "6" {
      options.append(family)
      rest = rest.dropFirst()
    }
    let lowered = rest.lowercased()
    if lowered.hasPrefix("tcp") || lowered.hasPrefix("udp") {
      options.append(lowered.hasPrefix("tcp") ? "t" : "u")
      rest = rest.dropFirst(3)
    }
    options.append("p")
    guard let colon = rest.lastIndex(of: ":") else {
      return OfferedLine.first(["list", options]).map { "\($0) does what lsof -i does" }
    }
    let port = rest[rest.index(after: colon)...]
    let transport = options.contains("u") ? "/udp" : ""
    guard let line = OfferedLine.first(["list", options, "sport", "=", ":\(port)"]),
      let question = OfferedLine.first(["why", "\(port)\(transport)"])
    else { return nil }
    return "\(question) says what holds the port, and \(line) lists its sockets"
  }

  /// The port of a selector of lsof.
  static func port(in words: [String]) -> String? {
    words.lazy.compactMap(selector).first?.split(separator: ":").last.map(String.init)
  }

  /// What follows `-i` in one word; the letters before it may be other options.
  private static func selector(_ word: String) -> String? {
    guard word.hasPrefix("-"), !word.hasPrefix("--"), let i = word.firstIndex(of: "i") else {
      return word.uppercased().hasPrefix("-STCP:") ? "TCP" : nil
    }
    let rest = word[word.index(after: i)...]
    guard let first = rest.first, "46:@TtUu".contains(first), rest.contains(":") || rest.count > 2 || first.isNumber
    else {
      return nil
    }
    return String(rest)
  }

  private static func separate(_ words: [String]) -> String? {
    guard let index = words.firstIndex(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.hasSuffix("i") }),
      index + 1 < words.count, case let next = words[index + 1],
      next.hasPrefix(":") || next.uppercased().hasPrefix("TCP") || next.uppercased().hasPrefix("UDP")
    else { return nil }
    return next
  }
}

extension FilterParser {
  // MARK: What to write instead

  /// The reason why the next token does not begin a condition.
  func noCondition() -> FilterError {
    switch token.kind {
    case .end: error("a condition is missing at the end; write one, such as 'sport = :80'")
    case .unclosedQuote: error("this quote is never closed")
    case .word: error(noCondition(token.text))
    default: error("a condition is missing before '\(token.text)'; write one, such as 'sport = :80'")
    }
  }

  private func noCondition(_ word: String) -> String {
    // "sport:80" and the like: a word without a blank before its value.
    if let colon = word.firstIndex(of: ":"), Self.keywords.contains(String(word[..<colon])) {
      let value = word[word.index(after: colon)...]
      let isPort = word.hasPrefix("sport") || word.hasPrefix("dport") || UInt16(value) != nil
      let apart = "\(word[..<colon]) \(isPort ? ":" : "")\(value)"
      return "\(Self.quote(word)) lacks a blank; write \(Self.quote(apart))"
    }
    return "\(Self.quote(word)) is not a condition; \(Self.suggestion(forCondition: word))"
  }

  private static func suggestion(forCondition word: String) -> String {
    // No word of the language is that long.
    guard word.utf8.count <= 64 else { return conditions }
    let small = word.lowercased()
    if small != word, FilterLexer.isOperator(small) || beginsCondition(small) { return "write '\(small)'" }
    if word.contains(where: \.isWhitespace) { return "quotes hold a single word, so leave them out" }
    if SocketStateSet(name: small) != nil, word.utf8.first?.isDigit == false { return "write 'state \(small)'" }
    let digits = word.hasPrefix(":") ? word.dropFirst() : word[...]
    if UInt16(digits) != nil { return "write sport or dport before a port, 'sport = :\(digits)'" }
    if AddressPrefix(word) != nil { return "write src or dst before an address, 'dst \(word)'" }
    return NearestNames.suggestion(for: word, among: keywords + FilterFigure.all.map(\.name), otherwise: conditions)
  }

  private static var conditions: String {
    "conditions begin with src, dst, sport, dport, state, dev, fwmark, cgroup, autobound, uid, rtt, …"
  }

  /// Suggests a replacement for an unknown state.
  static func suggestion(forState word: String) -> String {
    let list = word.split(separator: ",")
    if list.count > 1, list.count <= 3, list.allSatisfy({ SocketStateSet(name: $0) != nil }) {
      return "write '\(list.map { "state \($0)" }.joined(separator: " "))'"
    }
    return NearestNames.suggestion(
      for: word, among: SocketStateSet.filterNames,
      otherwise: "states are \(SocketStateSet.filterNames.joined(separator: ", "))")
  }
}

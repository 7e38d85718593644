/// Parses a regular expression.
struct PatternParser {
  /// The largest program, in steps. Counted repetitions of each other would grow beyond any memory.
  static var sizeLimit: Int { 2000 }
  /// The deepest nesting of groups.
  private static var depthLimit: Int { 64 }

  let scalars: [Unicode.Scalar]
  var offset = 0
  private var ignoresCase = false
  private var depth = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  var next: Unicode.Scalar? { offset < scalars.count ? scalars[offset] : nil }

  mutating func take() -> Unicode.Scalar? {
    guard let scalar = next else { return nil }
    offset += 1
    return scalar
  }

  mutating func take(_ text: String) -> Bool {
    guard scalars[offset...].starts(with: text.unicodeScalars) else { return false }
    offset += text.unicodeScalars.count
    return true
  }

  func error(
    from start: Int, _ explanation: String, code: FilterPatternError.Code = .syntax
  ) -> FilterPatternError {
    FilterPatternError(code, offset: start, length: max(1, offset - start), explanation: explanation)
  }

  mutating func parse() throws(FilterPatternError) -> PatternNode {
    ignoresCase = take("(?i)")
    let node = try alternatives()
    if next == ")" {
      offset += 1
      throw error(from: offset - 1, "')' closes no group; write '\\)' for the character")
    }
    try checkSize(node.size, from: 0)
    return node
  }

  private mutating func alternatives() throws(FilterPatternError) -> PatternNode {
    var nodes = [try sequence()]
    while take("|") { nodes.append(try sequence()) }
    return nodes.count == 1 ? nodes[0] : .alternatives(nodes)
  }

  private mutating func sequence() throws(FilterPatternError) -> PatternNode {
    var nodes: [PatternNode] = []
    var size = 0
    while let scalar = next, scalar != "|", scalar != ")" {
      let start = offset
      let node = try repetition(of: try atom(), from: start)
      size += node.size
      try checkSize(size, from: start)
      nodes.append(node)
    }
    return .sequence(nodes)
  }

  private func checkSize(_ size: Int, from start: Int) throws(FilterPatternError) {
    if size > Self.sizeLimit {
      throw error(from: start, "the expression is too large; repeat fewer times", code: .tooLarge)
    }
  }

  private func character(_ set: ScalarSet) -> PatternNode { .character(ignoresCase ? set.ignoringCase : set) }

  private mutating func atom() throws(FilterPatternError) -> PatternNode {
    let start = offset
    switch take() {
    case "(": return try group(from: start)
    case "[": return character(try bracketSet(from: start))
    case ".": return .character(.any)
    case "^": return .assertion(.begin)
    case "$": return .assertion(.end)
    case "\\":
      if take("b") { return .assertion(.wordBoundary) }
      if take("B") { return .assertion(.noWordBoundary) }
      return character(try escaped(from: start))
    case "*", "+", "?":
      throw error(from: start, "'\(scalars[start])' repeats nothing; write '\\\(scalars[start])' for the character")
    case let scalar?:
      if scalar == "{", (try counts(from: start)) != nil {
        throw error(from: start, "a count repeats nothing; write '\\{' for the character")
      }
      return character(ScalarSet(scalar))
    case nil: return .sequence([])
    }
  }

  private mutating func group(from start: Int) throws(FilterPatternError) -> PatternNode {
    if take("?") && !take(":") {
      let isCase = take("i")
      offset = min(offset + 1, scalars.count)
      let advice = isCase ? "'(?i)' stands at the beginning" : "only (?:…) is known"
      throw error(from: start, "look-around and options inside an expression are not supported; \(advice)")
    }
    depth += 1
    if depth > Self.depthLimit {
      throw error(from: start, "more than \(Self.depthLimit) groups are nested", code: .tooLarge)
    }
    let node = try alternatives()
    depth -= 1
    guard take(")") else {
      offset = start + 1
      throw error(from: start, "this '(' is never closed; write '\\(' for the character")
    }
    return node
  }

  // MARK: Repetition

  private mutating func repetition(
    of node: PatternNode, from start: Int
  ) throws(FilterPatternError) -> PatternNode {
    let sign = offset
    guard let (least, most) = try repetitionCounts() else { return node }
    let repeated = PatternNode.repeated(node, least: least, most: most)
    try checkSize(repeated.size, from: start)
    let second = offset
    if next == "?" || next == "+" || next == "*" {
      offset += 1
      throw error(
        from: second, "'\(scalars[second])' repeats a repetition; leave it out, or put parentheses before it")
    }
    if try repetitionCounts() != nil {
      throw error(from: sign, "a repetition is repeated; put parentheses around the first")
    }
    return repeated
  }

  private mutating func repetitionCounts() throws(FilterPatternError) -> (least: Int, most: Int?)? {
    let start = offset
    switch next {
    case "*": offset += 1; return (0, nil)
    case "+": offset += 1; return (1, nil)
    case "?": offset += 1; return (0, 1)
    case "{":
      offset += 1
      if let counts = try counts(from: start) { return counts }
      offset = start
      return nil
    default: return nil
    }
  }

  /// Reads what follows `{`: `3}`, `3,}`, `3,5}` or `,5}`. Anything else is text, and stays.
  private mutating func counts(from start: Int) throws(FilterPatternError) -> (least: Int, most: Int?)? {
    let inside = offset
    let least = digits()
    let hasComma = take(",")
    let most = hasComma ? digits() : least
    guard take("}"), least != nil || most != nil else {
      offset = inside
      return nil
    }
    let (low, high) = (least.map(Self.count) ?? 0, most.map(Self.count))
    if low > 255 || high ?? 0 > 255 { throw error(from: start, "a count is at most 255", code: .tooLarge) }
    if let high, high < low { throw error(from: start, "the lower count comes first; write {\(high),\(low)}") }
    return (low, high)
  }

  private mutating func digits() -> String? {
    var digits = ""
    while let scalar = next, ScalarSet.digit.contains(scalar) {
      digits.unicodeScalars.append(scalar)
      offset += 1
    }
    return digits.isEmpty ? nil : digits
  }

  private static func count(_ digits: String) -> Int { Int(digits) ?? .max }
}

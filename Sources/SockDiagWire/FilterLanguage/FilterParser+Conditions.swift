extension FilterParser {
  /// Words that begin a condition, other than names of figures.
  static let keywords = [
    "src", "dst", "sport", "dport", "state", "exclude", "excl", "family", "dev", "fwmark", "cgroup", "autobound", "pid",
    "comm", "cmdline", "unit", "container", "user", "direction",
  ]

  /// Whether a word begins a condition.
  static func beginsCondition(_ word: String) -> Bool {
    keywords.contains(word) || FilterFigure(name: word) != nil
  }

  mutating func parseCondition() throws(FilterError) -> FilterNode {
    let word = token
    guard word.kind == .word else { throw noCondition() }
    switch word.text {
    case "src", "dst":
      advance()
      return try parseHostCondition(word)
    case "sport", "dport":
      advance()
      return try parsePortCondition(word)
    case "state", "exclude", "excl": return try parseStates()
    case "family": return try parseValue("a family, such as inet, netlink or unix,", Self.family)
    case "dev": return try parseValue("the name or index of an interface", Self.interface)
    case "fwmark": return try parseValue("a mark, MARK or MARK/MASK,", Self.mark)
    case "cgroup": return try parseValue("the path or id of a cgroup", Self.cgroup)
    case "direction": return try parseValue("listening, inbound, outbound or local", Self.direction)
    case "pid": return try parseValue("the id of a process", Self.process)
    case "user":
      advance()
      return try parseComparison(.userID)
    case "autobound":
      advance()
      return .condition(.autobound)
    default:
      if let name = HolderName(rawValue: word.text) { return try parseHolderName(name) }
      guard let figure = FilterFigure(name: word.text) else { throw noCondition() }
      advance()
      return try parseComparison(figure)
    }
  }

  /// Consumes a comparison, if one is next.
  mutating func takeComparison() -> FilterFigure.Comparison? {
    guard case .comparison(let comparison) = token.kind else { return nil }
    advance()
    return comparison
  }

  /// Consumes `=` or `!=`, if one is next, for values without an order. Returns whether the condition is negated.
  mutating func takeEquality(of word: String) throws(FilterError) -> Bool {
    if case .match = token.kind { throw noMatch(word) }
    guard case .comparison(let comparison) = token.kind else { return false }
    guard comparison == .equal || comparison == .unequal else {
      throw error("'\(word)' has no order; compare it with = or !=")
    }
    advance()
    return comparison == .unequal
  }

  /// An error at `~`, which only names of processes have.
  private func noMatch(_ word: String?) -> FilterError {
    let subject = word.map { "'\($0)' is" } ?? "numbers and addresses are"
    return error("\(subject) not compared with '~'; comm, cmdline, unit and container are")
  }

  /// Consumes the word that is the value of a condition.
  mutating func takeValue(_ expected: String) throws(FilterError) -> FilterToken {
    let value = token
    guard value.kind == .word else {
      if value.kind == .unclosedQuote { throw error("this quote is never closed") }
      if case .match = value.kind { throw noMatch(nil) }
      throw error(
        value.kind == .end
          ? "\(expected) is missing at the end" : "\(expected) is missing before '\(value.text)'")
    }
    advance()
    return value
  }

  /// Parses a condition of one word and its value.
  private mutating func parseValue(
    _ expected: String, _ condition: (FilterParser, FilterToken) throws(FilterError) -> FilterCondition
  ) throws(FilterError) -> FilterNode {
    let word = token.text
    advance()
    let isNegated = try takeEquality(of: word)
    let value = try takeValue(expected)
    let node = FilterNode.condition(try condition(self, value))
    return isNegated ? .not(node) : node
  }

  /// Looks up a name; an unknown name is an error at its position.
  func lookUp<Value>(
    _ token: FilterToken, _ text: String, _ look: (any FilterNames) throws(FilterNameFailure) -> Value
  ) throws(FilterError) -> Value {
    do throws(FilterNameFailure) { return try look(names) } catch {
      throw self.error(at: token, "\(Self.quote(text)) \(error.explanation)", code: .unknownName)
    }
  }

  private static func family(_ parser: FilterParser, _ value: FilterToken) throws(FilterError) -> FilterCondition {
    // Numbers are accepted too: a filter built in code may contain any family, and its description must parse.
    guard let family = AddressFamily(name: value.text) else {
      throw parser.error(at: value, "\(quote(value.text)) is not a family; write inet, inet6, netlink or unix")
    }
    return .family(family)
  }

  private static func interface(_ parser: FilterParser, _ value: FilterToken) throws(FilterError) -> FilterCondition {
    .interface(try parser.interfaceIndex(value.text, value))
  }

  func interfaceIndex(_ text: String, _ token: FilterToken) throws(FilterError) -> UInt32 {
    // Digits only: the standard library would accept a sign.
    if text.utf8.allSatisfy(\.isDigit), let index = UInt32(text) { return index }
    return try lookUp(token, text) { names throws(FilterNameFailure) in try names.index(ofInterface: text) }
  }

  private static func direction(_ parser: FilterParser, _ value: FilterToken) throws(FilterError) -> FilterCondition {
    guard let direction = SocketDirection(name: value.text) else {
      throw parser.error(
        at: value, "\(quote(value.text)) is not a direction; write listening, inbound, outbound or local")
    }
    return .direction(direction)
  }

  private static func process(_ parser: FilterParser, _ value: FilterToken) throws(FilterError) -> FilterCondition {
    guard value.text.utf8.allSatisfy(\.isDigit), let id = Int32(value.text), id > 0 else {
      throw parser.error(at: value, "\(quote(value.text)) is not the id of a process; a name is written 'comm NAME'")
    }
    return .holder(.process(id))
  }

  private static func cgroup(_ parser: FilterParser, _ value: FilterToken) throws(FilterError) -> FilterCondition {
    if value.text.utf8.allSatisfy(\.isDigit), let id = UInt64(value.text) { return .cgroup(id) }
    let path = value.text
    return .cgroup(try parser.lookUp(value, path) { names throws(FilterNameFailure) in try names.id(ofCgroup: path) })
  }

  private static func mark(_ parser: FilterParser, _ value: FilterToken) throws(FilterError) -> FilterCondition {
    let parts = value.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = parts.map { FilterNumber.integer($0).flatMap(UInt32.init(exactly:)) }
    guard let mark = numbers.first ?? nil, let mask = numbers.count > 1 ? numbers[1] : .max else {
      throw parser.error(
        at: value, "\(quote(value.text)) is not a mark; write 32 bits and perhaps a mask, such as 0x10/0xf0")
    }
    return .mark(mark, mask: mask)
  }

  // MARK: States

  /// Parses any number of adjacent `state NAME` and `exclude NAME`, as `ss` does: several states match any of them, and
  /// an exclusion removes from the states named before, or from all.
  private mutating func parseStates() throws(FilterError) -> FilterNode {
    var named: SocketStateSet?
    var excluded: SocketStateSet = []
    while token.kind == .word, ["state", "exclude", "excl"].contains(token.text) {
      let isExclusion = token.text != "state"
      advance()
      if case .comparison = token.kind {
        throw error("a state is not compared; write 'state NAME', or 'exclude NAME' for all but one")
      }
      let value = try takeValue("the name of a state, such as time-wait,")
      guard let set = SocketStateSet(name: value.text) else {
        throw error(at: value, "\(Self.quote(value.text)) is not a state; \(Self.suggestion(forState: value.text))")
      }
      let states = set == .all ? .everyState : set
      if !isExclusion {
        named = (named ?? (excluded.isEmpty ? [] : SocketStateSet.all.subtracting(excluded))).union(states)
      } else if let known = named {
        named = known.subtracting(states)
      } else {
        excluded.formUnion(states)
      }
    }
    return named.map { .condition(.states($0)) } ?? .not(.condition(.states(excluded)))
  }
}

extension SocketStateSet {
  /// Names for states and groups of them, for messages.
  package static let filterNames =
    (1...11).map { SocketState(rawValue: $0).description } + ["bound-inactive", "listening", "unconnected"]
    + groups.map(\.name)
}

extension SocketFilter {
  /// The words that begin a condition, without names of figures and short forms.
  package static let conditionNames = FilterParser.keywords.filter { $0 != "excl" }

  /// Whether a word of a command line looks like the beginning of a filter.
  package static func begins(with word: String) -> Bool {
    var lexer = FilterLexer(Array(word.utf8))
    let token = lexer.next()
    return switch token.kind {
    case .not, .openParenthesis: true
    case .word: FilterParser.beginsCondition(token.text.prefix { $0 != ":" }.description)
    default: false
    }
  }
}

extension SocketFilter: CustomStringConvertible {
  /// The filter in the language that ``init(_:names:)`` reads, with numbers for names; empty if every socket passes.
  /// Allocates.
  public var description: String {
    if node == .everything { return "" }
    var text = ""
    node.write(to: &text, within: .whole)
    return text
  }
}

extension FilterNode {
  /// The context of an expression.
  fileprivate enum Surroundings { case whole, conjunction, disjunction, negation }

  fileprivate func write(to text: inout String, within surroundings: Surroundings) {
    switch self {
    // The language has no words for always and never.
    case .all(let nodes) where nodes.isEmpty: text += "sport >= :0"
    case .any(let nodes) where nodes.isEmpty: text += "not sport >= :0"
    case .all(let nodes):
      write(nodes, " and ", .conjunction, inParentheses: surroundings == .negation, to: &text)
    case .any(let nodes):
      let inParentheses = surroundings == .negation || surroundings == .conjunction
      write(nodes, " or ", .disjunction, inParentheses: inParentheses, to: &text)
    case .not(let node):
      text += "not "
      node.write(to: &text, within: .negation)
    case .condition(let condition):
      // Some conditions are written as several words that belong together.
      let isCompound = surroundings != .whole && condition.description.contains(" and ")
      text += isCompound ? "(\(condition))" : "\(condition)"
    }
  }

  private func write(
    _ nodes: [FilterNode], _ separator: String, _ surroundings: Surroundings, inParentheses: Bool,
    to text: inout String
  ) {
    if inParentheses { text += "(" }
    for (index, node) in nodes.enumerated() {
      if index > 0 { text += separator }
      node.write(to: &text, within: nodes.count == 1 ? .negation : surroundings)
    }
    if inParentheses { text += ")" }
  }
}

extension FilterCondition: CustomStringConvertible {
  package var description: String {
    switch self {
    case .states(let states): Self.text(states)
    case .ports(let end, let ports): Self.text(end == .local ? "sport" : "dport", ports)
    case .address(let end, let prefix): "\(end == .local ? "src" : "dst") \(Self.text(prefix))"
    case .family(let family): "family \(family)"
    case .interface(let index): "dev \(index)"
    case .mark(let value, let mask):
      "fwmark 0x" + String(value, radix: 16) + (mask == .max ? "" : "/0x" + String(mask, radix: 16))
    case .cgroup(let id): "cgroup \(id)"
    case .autobound: "autobound"
    case .direction(let direction): "direction = \(direction)"
    case .figure(let figure, let range): Self.text(figure, range)
    case .end(let end, let other): "\(end == .local ? "src" : "dst") \(Self.quoted("\(other)"))"
    case .holder(.process(let id)): "pid \(id)"
    case .holder(.name(let word, .equals(let name))): "\(word.rawValue) = \(Self.quoted(name))"
    case .holder(.name(let word, .matches(let pattern))): "\(word.rawValue) ~ \(Self.quoted(pattern))"
    }
  }

  private static func text(_ states: SocketStateSet) -> String {
    if states == .everyState { return "state all" }
    if let group = SocketStateSet.groups.first(where: { $0.states == states && $0.name != "all" }) {
      return "state \(group.name)"
    }
    // The shorter form. States without a name cannot be written, so they are part of the complement.
    let ofAssociations = SocketState.associationStates.filter { states.contains(SocketStateSet($0.state)) }
    let members = names(of: states) + ofAssociations.map(\.name)
    let others = names(of: SocketStateSet(rawValue: ~states.rawValue))
    return states.subtracting(SocketStateSet(ofAssociations.map { SocketStateSet($0.state) })).rawValue >> 14 == 0
      ? members.isEmpty ? "not state all" : members.map { "state \($0)" }.joined(separator: " ")
      : others.map { "exclude \($0)" }.joined(separator: " ")
  }

  private static func names(of states: SocketStateSet) -> [String] {
    (1...13).map(SocketState.init(rawValue:)).filter(states.contains(state:)).map(\.description)
  }

  private static func text(_ word: String, _ ports: PortSet) -> String {
    if ports.ranges.isEmpty { return "not \(word) >= :0" }
    let complement = ports.complement
    if complement.ranges.isEmpty { return "\(word) >= :0" }
    if let range = ports.ranges.first, ports.ranges.count == 1, range.lowerBound != range.upperBound {
      if range.upperBound == .max { return "\(word) >= :\(range.lowerBound)" }
      if range.lowerBound == 0 { return "\(word) <= :\(range.upperBound)" }
    }
    return complement.ranges.count < ports.ranges.count ? "\(word) != :\(complement)" : "\(word) = :\(ports)"
  }

  private static func text(_ prefix: AddressPrefix) -> String {
    guard let address = prefix.singleAddress else { return prefix.description }
    return address.family == .inet6 ? "[\(address)]" : "\(address)"
  }

  /// A word in the form in which it must be written.
  private static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.first.map { $0 > 0x20 } == true && !word.utf8.contains(where: FilterLexer.endsWord)
    return isPlain && !FilterLexer.isOperator(word) ? word : inQuotes(word)
  }

  /// A regular expression in the form in which it must be written.
  private static func quoted(_ pattern: FilterPattern) -> String {
    let isPlain =
      !pattern.text.isEmpty
      && pattern.text.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "^$.*+?|_-/:@,".utf8.contains($0)
        }
      }
    return isPlain ? pattern.text : inQuotes(pattern.text)
  }

  private static func inQuotes(_ word: String) -> String {
    // By scalars, because a quote with an accent behind it is another character.
    let parts = word.unicodeScalars.split(separator: "\"", omittingEmptySubsequences: false)
    if parts.count == 1 { return "\"\(word)\"" }
    if !word.unicodeScalars.contains("'") { return "'\(word)'" }
    // Parts that touch are one word: "a"'"'"b" is a"b.
    return parts.map { "\"\(String(String.UnicodeScalarView($0)))\"" }.joined(separator: "'\"'")
  }

  private static func text(_ figure: FilterFigure, _ range: ClosedRange<UInt64>) -> String {
    func value(_ number: UInt64) -> String {
      guard figure.isTime, number > 0 else { return "\(number)" }
      return number % 1000 == 0 ? "\(number / 1000)ms" : "\(number)us"
    }
    if range.lowerBound == range.upperBound { return "\(figure.name) = \(value(range.lowerBound))" }
    if range.upperBound == .max {
      // Written as "> 50ms".
      if figure.isTime, range.lowerBound % 1000 == 1 { return "\(figure.name) > \(value(range.lowerBound - 1))" }
      return "\(figure.name) >= \(value(range.lowerBound))"
    }
    if range.lowerBound == 0 { return "\(figure.name) <= \(value(range.upperBound))" }
    return "\(figure.name) >= \(value(range.lowerBound)) and \(figure.name) <= \(value(range.upperBound))"
  }
}

/// Parses the text of a filter into its tree.
///
/// It keeps its own stack, so that deep nesting does not exhaust the program's. Later walks over the tree are
/// recursive, so the depth is limited.
struct FilterParser {
  /// The maximum depth of parentheses.
  static var depthLimit: Int { 256 }

  let bytes: [UInt8]
  private var lexer: FilterLexer
  /// The next token.
  private(set) var token: FilterToken
  let names: any FilterNames

  init(_ text: String, _ names: any FilterNames) {
    bytes = Array(text.utf8)
    lexer = FilterLexer(bytes)
    token = lexer.next()
    self.names = names
  }

  mutating func advance() { token = lexer.next() }

  /// The state of an expression in parentheses whose end has not been reached.
  private struct Level {
    /// Its position.
    var opening: FilterToken
    /// Whether the whole expression is negated.
    var isNegated: Bool
    /// The complete alternatives.
    var alternatives: [FilterNode] = []
    /// The terms of the last alternative.
    var terms: [FilterNode] = []

    mutating func endAlternative() {
      alternatives.append(.conjunction(terms))
      terms = []
    }

    mutating func node() -> FilterNode {
      endAlternative()
      let node = FilterNode.disjunction(alternatives)
      return isNegated ? FilterParser.negated(node) : node
    }
  }

  /// Parses the whole text.
  mutating func parse() throws(FilterError) -> FilterNode {
    if token.kind == .end { return .everything }
    var levels = [Level(opening: token, isNegated: false)]
    while true {
      try parseTerm(&levels)
      while token.kind == .closeParenthesis {
        guard levels.count > 1, var level = levels.popLast() else {
          throw error("this parenthesis was never opened; remove it or write '(' before")
        }
        advance()
        levels[levels.count - 1].terms.append(level.node())
      }
      switch token.kind {
      case .end:
        guard levels.count == 1 else {
          throw error(
            at: levels[levels.count - 1].opening, "this parenthesis is never closed; write ')' behind its end")
        }
        return levels[0].node()
      case .and: advance()
      case .or:
        advance()
        levels[levels.count - 1].endAlternative()
      case .comparison, .match: throw error("'\(token.text)' compares nothing; a condition is written as 'sport = :80'")
      // Adjacent conditions must all match.
      default: break
      }
    }
  }

  /// Parses negations and opening parentheses, and the condition after them.
  private mutating func parseTerm(_ levels: inout [Level]) throws(FilterError) {
    var isNegated = false
    while true {
      switch token.kind {
      case .not:
        isNegated.toggle()
        advance()
      case .openParenthesis:
        guard levels.count <= Self.depthLimit else {
          throw error("more than \(Self.depthLimit) parentheses are open; write the filter with fewer")
        }
        levels.append(Level(opening: token, isNegated: isNegated))
        isNegated = false
        advance()
      default:
        let condition = try parseCondition()
        levels[levels.count - 1].terms.append(isNegated ? Self.negated(condition) : condition)
        return
      }
    }
  }

  private static func negated(_ node: FilterNode) -> FilterNode {
    if case .not(let inner) = node { inner } else { .not(node) }
  }
}

// MARK: Errors

extension FilterParser {
  /// An error at the next token.
  func error(_ explanation: String) -> FilterError { error(at: token, explanation) }

  func error(
    at token: FilterToken, _ explanation: String, code: FilterError.Code = .syntax
  ) -> FilterError {
    FilterError(
      code, column: characters(0..<token.range.lowerBound) + 1, length: characters(token.range),
      explanation: explanation)
  }

  /// The length of a part of the text in characters, as an editor counts them.
  func characters(_ range: Range<Int>) -> Int { String(decoding: bytes[range], as: UTF8.self).unicodeScalars.count }

  /// A word for a message, shortened if it is long. The limit counts scalars and not characters, because one character
  /// may be as long as the text.
  static func quote(_ text: some StringProtocol) -> String {
    let beginning = text.unicodeScalars.prefix(65)
    return beginning.count <= 64 ? "'\(text)'" : "'\(String(String.UnicodeScalarView(beginning.prefix(60))))…'"
  }
}

extension SocketFilter {
  /// Parses a filter in the language of `ss`.
  ///
  /// Conditions are joined by `and`, `or` and `not`, by `&`, `|` and `!`, or by standing side by side, which means `and`.
  /// `and` binds tighter than `or`; `ss` reads both from left to right, so `a or b and c` is another filter there.
  ///
  /// | condition | meaning |
  /// |---|---|
  /// | `src HOST`, `dst HOST` | the local or the remote end: `10.0.0.1`, `10.0.0.0/8`, `[::1]:443`, `:80`, `*`, a host name |
  /// | `src netlink:rtnl:4711` | an end of a netlink socket: its protocol and port id; `kernel` for the kernel, `*` for any |
  /// | `src link:arp:eth0` | the protocol and the interface of a packet socket; `*` for any |
  /// | `src vsock:2:1024` | an end of a vsock socket: the machine's context id and the port; `*` for any |
  /// | `sport = :80`, `dport >= :1024` | a port: a number, a service, lists and ranges such as `:80,443,8000-8999` |
  /// | `state NAME`, `exclude NAME` | several side by side are any of them |
  /// | `family inet6` | the family of the socket |
  /// | `dev NAME` | the interface that the socket is bound to |
  /// | `fwmark MARK/MASK` | the firewall mark |
  /// | `cgroup PATH` | the cgroup in which the socket was made |
  /// | `pid = 4711`, `comm = nginx` | a process that holds the socket, see `evaluate(_:holders:)` |
  /// | `unit = nginx`, `container = 4f6a` | the systemd unit or the container of such a process; an id may be shortened |
  /// | `comm ~ ^php`, `cmdline ~ "worker (1\|2)"` | a regular expression, see ``FilterPattern``; `unit` and `container` too |
  /// | `autobound` | no program chose the port |
  /// | `uid = NAME`, `user = NAME`, `inode = 4711`, `cookie = 12` | identity |
  /// | `recv-q > 10k`, `send-q > 0` | queues |
  /// | `rtt > 50ms`, `total_retrans > 0` | a member of `tcp_info`, by its kernel name |
  ///
  /// A word with blanks or signs is written in single or double quotes; quoted parts that touch are one word. A regular
  /// expression without quotes ends at a blank, or at a parenthesis that closes none of its own. `!~` negates it,
  /// and `=~` is `~`.
  ///
  /// A host name stands for all of its addresses. Comparisons are `=`, `!=`, `<`, `<=`, `>`, `>=`, or as words `eq`, `ne`,
  /// `lt`, `le`, `gt`, `ge`.
  ///
  /// - Parameters:
  ///   - text: The filter. Empty text is the filter that every socket passes.
  ///   - names: Looks up names of hosts, services, interfaces, cgroups and users.
  /// - Throws: ``FilterError`` with the column of the fault.
  /// - Complexity: O(n) in the length of the text, besides the look-ups.
  public init(_ text: String, names: any FilterNames = NumericFilterNames()) throws(FilterError) {
    var parser = FilterParser(text, names)
    self.init(try parser.parse())
  }
}

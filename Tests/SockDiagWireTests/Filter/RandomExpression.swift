import SockDiagTestKit
import SockDiagWire

/// A random text together with the tree that it means, so that no second parser is needed to check the first.
struct RandomExpression {
  private(set) var text = ""
  private(set) var node = FilterNode.everything
  /// Whether the last condition absorbs the one that follows, as states do.
  private var endsInStates = false

  init(depth: Int = 3, using random: inout SeededGenerator) { node = alternatives(depth, &random) }

  /// Terms in any spelling of a condition.
  private static let conditions: [(texts: [String], FilterCondition)] = [
    (["sport = :80", "sport :80", "sport eq :80", "sport==:80", "sport=80"], .ports(.local, [80])),
    (["dport != :443", "dport ne 443", "dport neq :443", "dport!=443"], .ports(.remote, PortSet(443).complement)),
    (["sport >= :1024", "sport ge 1024", "sport>1023", "sport gt :1023"], .ports(.local, PortSet([1024 ... .max]))),
    (["dport <= :80", "dport le 80", "dport<:81", "dport lt :81"], .ports(.remote, PortSet([0...80]))),
    (["sport = :22,80,440-450", "sport=22,80,440-450"], .ports(.local, PortSet([22...22, 80...80, 440...450]))),
    (["src 10.0.0.1", "src = 10.0.0.1/32", "src \"10.0.0.1\"", "src [10.0.0.1]"], .address(.local, "10.0.0.1")),
    (["dst 10/8", "dst=10.0.0.0/8", "dst 10.9.9.9/255.0.0.0"], .address(.remote, "10.0.0.0/8")),
    (["src fe80::/10", "src [fe80::]/10", "src eq 'fe80::/10'"], .address(.local, "fe80::/10")),
    (["dst ::1", "dst [::1]", "dst ::1/128"], .address(.remote, "::1")),
    (["dst :80", "dst *:80", "dst any:80", "dst=:80"], .ports(.remote, [80])),
    (["family inet6", "family = inet6", "family 10"], .family(.inet6)),
    (["dev 1", "dev = 1", "dev==1"], .interface(1)),
    (["fwmark 0x10/0x10", "fwmark = 16/16", "fwmark eq 0x10/16"], .mark(0x10, mask: 0x10)),
    (["fwmark 17", "fwmark=0x11"], .mark(0x11, mask: .max)),
    (["cgroup 4711", "cgroup = 4711"], .cgroup(4711)),
    (["autobound"], .autobound),
    (["state listen", "state listening", "state 'listen'"], .states(.listen)),
    (["state established state time-wait", "state time-wait state 1"], .states([.established, .timeWait])),
    (["state connected exclude syn-sent", "state synchronized"], .states(.synchronized)),
    (["uid = 1000", "uid 1000", "uid eq 1k", "uid=0x3e8"], .figure(.userID, 1000...1000)),
    (["recv-q > 4k", "recv-q>=4001", "recv-q gt 4.0k"], .figure(.receiveQueue, 4001 ... .max)),
    (["send-q < 129", "send-q le 0x80"], .figure(.sendQueue, 0...128)),
  ]

  private mutating func alternatives(_ depth: Int, _ random: inout SeededGenerator) -> FilterNode {
    var nodes = [conjunction(depth, &random)]
    while Int.random(in: 0..<5, using: &random) < 2 {
      text += [" or ", " | ", "|", " || ", "||"].randomElement(using: &random) ?? " or "
      // "oror" would be one word.
      if text.hasSuffix("or") { text += " " }
      endsInStates = false
      nodes.append(conjunction(depth, &random))
    }
    return .any(nodes)
  }

  private mutating func conjunction(_ depth: Int, _ random: inout SeededGenerator) -> FilterNode {
    var nodes = [term(depth, &random)]
    while Int.random(in: 0..<5, using: &random) < 2 {
      let joints = [" and ", " & ", "&", " && ", "&&"] + (endsInStates ? [] : [" ", "  ", "\t"])
      text += joints.randomElement(using: &random) ?? " and "
      endsInStates = false
      nodes.append(term(depth, &random))
    }
    return .all(nodes)
  }

  private mutating func term(_ depth: Int, _ random: inout SeededGenerator) -> FilterNode {
    if Int.random(in: 0..<4, using: &random) == 0 {
      text += ["not ", "! ", "!"].randomElement(using: &random) ?? "not "
      return .not(term(depth, &random))
    }
    if depth > 0, Int.random(in: 0..<3, using: &random) == 0 {
      text += Bool.random(using: &random) ? "(" : "( "
      let node = alternatives(depth - 1, &random)
      text += Bool.random(using: &random) ? ")" : " )"
      endsInStates = false
      return node
    }
    guard let (texts, condition) = Self.conditions.randomElement(using: &random) else { return .everything }
    text += texts.randomElement(using: &random) ?? ""
    if case .states = condition { endsInStates = true } else { endsInStates = false }
    return .condition(condition)
  }
}

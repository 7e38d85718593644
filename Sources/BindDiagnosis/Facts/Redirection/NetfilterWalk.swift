internal import CBindDiagnosis
internal import SockDiagWire

/// Follows the rules for a packet to a port and an address, as far as they can be decided.
struct NetfilterWalk {
  let rules: NetfilterRules
  let isUDP: Bool
  let port: UInt16
  /// The destination address of the packet; `nil` for any address of this host.
  let address: IPAddress?
  let isV6: Bool
  private(set) var found: [PortRedirection] = []
  private var sets: [NetfilterRules.Place: [[UInt16: ArraySlice<UInt8>]]?] = [:]
  /// The remaining steps before the walk gives up: rules may jump to the same chains in many ways.
  private var budget = 200_000

  init(_ rules: NetfilterRules, isUDP: Bool, port: UInt16, address: IPAddress?, isV6: Bool) {
    (self.rules, self.isUDP, self.port, self.address, self.isV6) = (rules, isUDP, port, address, isV6)
  }

  /// Walks every base chain of the family.
  mutating func walk() {
    let families = [NetfilterFamily.inet, NetfilterFamily.of(isV6: isV6)]
    for base in rules.bases where families.contains(base.place.family) {
      _ = chain(base.place, isConditional: false, isLocal: base.hook == NetfilterHook.localOut, depth: 0)
    }
  }

  /// Whether a rule matches.
  enum Match {
    case no, perhaps, yes

    static func && (left: Match, right: Match) -> Match {
      if left == .no || right == .no { return .no }
      return left == .yes ? right : left
    }
  }

  /// - Returns: Whether the packet certainly goes no further than this chain.
  private mutating func chain(
    _ place: NetfilterRules.Place, isConditional: Bool, isLocal: Bool, depth: Int
  ) -> Bool {
    guard depth < 16 else { return false }
    for expressions in rules.rules[place] ?? [] {
      budget -= 1
      guard budget > 0 else { return true }
      var rule = NetfilterRule(self, place)
      for expression in expressions where rule.match != .no {
        let parts = NetfilterAttribute.table(expression.bytes)
        guard let name = parts[NFTA_EXPR_NAME]?.text else { continue }
        rule.apply(
          name, parts[NFTA_EXPR_DATA].map(NetfilterAttribute.table) ?? [:], elements: { self.elements(of: $0) })
      }
      guard rule.match != .no else { continue }
      let isDoubtful = isConditional || rule.match == .perhaps
      switch rule.end {
      case nil: continue
      case .redirected(let destination)?:
        let redirection = PortRedirection(
          family: NetfilterFamily.names[place.family] ?? "?", table: place.table, chain: place.name,
          destination: destination, isConditional: isDoubtful, isForLocalClients: isLocal)
        if !found.contains(redirection) { found.append(redirection) }
        if rule.match == .yes { return true }
      case .left?: if rule.match == .yes { return true }
      case .returned?: if rule.match == .yes { return false }
      case .goes(let name, let comesBack)?:
        let next = NetfilterRules.Place(family: place.family, table: place.table, name: name)
        let hasEnded = chain(next, isConditional: isDoubtful, isLocal: isLocal, depth: depth + 1)
        if rule.match == .yes, hasEnded || !comesBack { return true }
      }
    }
    return false
  }

  /// The elements of a set, cached because several rules may use it.
  private mutating func elements(of set: NetfilterRules.Place) -> [[UInt16: ArraySlice<UInt8>]]? {
    if let known = sets[set] { return known }
    let elements = rules.elements(of: set)
    sets[set] = .some(elements)
    return elements
  }
}

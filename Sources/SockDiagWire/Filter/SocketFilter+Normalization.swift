extension FilterNode {
  /// The same filter for sockets in the given states, in the form that the compiler needs: only conditions are negated,
  /// each end has one set of ports per list, and terms that always or never match are removed.
  package func normalized(in states: SocketStateSet = .everyState) -> FilterNode {
    normalized(isNegated: false, states)
  }

  private func normalized(isNegated: Bool, _ states: SocketStateSet) -> FilterNode {
    switch self {
    case .not(let node): return node.normalized(isNegated: !isNegated, states)
    case .condition(let condition): return condition.normalized(isNegated: isNegated, states)
    case .all(let nodes), .any(let nodes):
      let isConjunction = if case .all = self { !isNegated } else { isNegated }
      var list = NormalizedList(isConjunction: isConjunction)
      for node in nodes { list.append(node.normalized(isNegated: isNegated, states)) }
      return list.node(states)
    }
  }
}

extension FilterCondition {
  fileprivate func normalized(isNegated: Bool, _ universe: SocketStateSet) -> FilterNode {
    switch self {
    case .states(let states):
      let wanted = universe.intersection(isNegated ? SocketStateSet(rawValue: ~states.rawValue) : states)
      return wanted.isEmpty ? .nothing : wanted == universe ? .everything : .condition(.states(wanted))
    case .ports(let end, let ports):
      let wanted = isNegated ? ports.complement : ports
      return wanted.ranges.isEmpty ? .nothing : wanted == .all ? .everything : .condition(.ports(end, wanted))
    // The kernel does not compare mark bits outside the mask, so such a bit never matches.
    case .mark(let value, let mask) where value & ~mask != 0: return isNegated ? .everything : .nothing
    case .mark(_, mask: 0): return isNegated ? .nothing : .everything
    default: return isNegated ? .not(.condition(self)) : .condition(self)
    }
  }
}

/// The terms of one operator while they are combined.
private struct NormalizedList {
  let isConjunction: Bool
  private var nodes: [FilterNode] = []
  private var seen: Set<FilterNode> = []
  /// The index in `nodes` of the port set of an end, or of the set of states.
  private var ports: [SocketEnd: (index: Int, ranges: [ClosedRange<UInt16>])] = [:]
  private var states: (index: Int, set: SocketStateSet)?
  /// Whether one term has decided the whole.
  private var isDecided = false

  init(isConjunction: Bool) { self.isConjunction = isConjunction }

  mutating func append(_ node: FilterNode) {
    switch node {
    case .all(let nested) where isConjunction || nested.isEmpty:
      if !isConjunction { isDecided = true }
      for node in nested { append(node) }
    case .any(let nested) where !isConjunction || nested.isEmpty:
      if isConjunction { isDecided = true }
      for node in nested { append(node) }
    case .condition(.ports(let end, let set)):
      // Collected and merged once. Otherwise thousands of single ports would be merged thousands of times.
      let ranges = isConjunction ? set.complement.ranges : set.ranges
      if ports[end] == nil {
        ports[end] = (nodes.count, [])
        nodes.append(node)
      }
      ports[end]?.ranges += ranges
    case .condition(.states(let set)):
      if let known = states {
        states = (known.index, isConjunction ? known.set.intersection(set) : known.set.union(set))
      } else {
        states = (nodes.count, set)
        nodes.append(node)
      }
    default:
      if seen.insert(node).inserted { nodes.append(node) }
    }
  }

  func node(_ universe: SocketStateSet) -> FilterNode {
    let decided = isConjunction ? FilterNode.nothing : .everything
    if isDecided { return decided }
    var nodes = nodes
    for (end, entry) in ports {
      let union = PortSet(entry.ranges)
      nodes[entry.index] = FilterCondition.ports(end, isConjunction ? union.complement : union)
        .normalized(isNegated: false, universe)
    }
    if let states {
      nodes[states.index] = FilterCondition.states(states.set).normalized(isNegated: false, universe)
    }
    if nodes.contains(decided) { return decided }
    let neutral = isConjunction ? FilterNode.everything : .nothing
    nodes.removeAll { $0 == neutral }
    return isConjunction ? .conjunction(nodes) : .disjunction(nodes)
  }
}

/// A filter for one walk over the sockets, divided between the kernel and this program.
///
/// The kernel reports at least the sockets that pass; the ``remainder`` selects among them.
public struct CompiledFilter: Hashable, Sendable {
  /// The states to ask for.
  public var states: SocketStateSet
  /// The local port to put into the request itself, the cheapest filter; `nil` for any.
  public var localPort: UInt16?
  /// The remote port to put into the request itself; `nil` for any.
  public var remotePort: UInt16?
  /// The program for the kernel.
  public var bytecode: InetBytecode
  /// The conditions that the request and its program test.
  public var kernelPart: SocketFilter
  /// The condition to evaluate on the replies; `nil` if the kernel tests everything.
  public var remainder: SocketFilter?
}

extension SocketFilter {
  /// Divides the filter between the kernel and this program.
  ///
  /// The kernel is asked for a superset: of a conjunction, it gets the terms that it can test; of a disjunction, all
  /// alternatives or none. Only the kernel can test ``autobound``. If a filter mixes that with conditions that the
  /// kernel cannot test, two walks are made, one for autobound sockets and one for the others. Terms that would make
  /// the program too long for the kernel are evaluated here.
  ///
  /// - Parameters:
  ///   - states: The states that the query asks for.
  ///   - refused: Operations that the kernel does not accept.
  /// - Returns: One or two walks; together they report all sockets that pass. Two walks never report the same socket.
  /// - Complexity: O(n log n) in the length of the filter.
  public func compiled(
    for states: SocketStateSet, without refused: InetBytecode.Operations = []
  ) -> [CompiledFilter] {
    let node = node.normalized(in: states)
    let single = FilterCompiler(refused).compile(node, states)
    guard single.remainder?.node.contains({ $0 == .autobound }) == true else { return [single] }
    let autobound = FilterNode.condition(.autobound)
    return [true, false].map { isAutobound in
      let assumption = isAutobound ? autobound : .not(autobound)
      let half = FilterNode.all([assumption, node.assuming(autobound: isAutobound)])
      return FilterCompiler(refused).compile(half.normalized(in: states), states)
    }
  }
}

extension FilterNode {
  /// The filter for sockets of which it is known whether they are autobound.
  fileprivate func assuming(autobound isAutobound: Bool) -> FilterNode {
    switch self {
    case .all(let nodes): .all(nodes.map { $0.assuming(autobound: isAutobound) })
    case .any(let nodes): .any(nodes.map { $0.assuming(autobound: isAutobound) })
    case .not(let node): .not(node.assuming(autobound: isAutobound))
    case .condition(.autobound): isAutobound ? .everything : .nothing
    case .condition: self
    }
  }
}

/// The division of a normalized filter.
private struct FilterCompiler {
  let refused: InetBytecode.Operations

  init(_ refused: InetBytecode.Operations) { self.refused = refused }

  func compile(_ node: FilterNode, _ states: SocketStateSet) -> CompiledFilter {
    // If no socket can pass, the kernel need not walk at all.
    let states = node == .nothing ? [] : states.intersection(node.possibleStates)
    var result = CompiledFilter(states: states, bytecode: InetBytecode(), kernelPart: .everything)
    var kernelTerms: [FilterNode] = []
    var remainder: [FilterNode] = []
    var program: [ProgramTerm] = []
    for term in node.terms {
      switch term {
      case .condition(.states): kernelTerms.append(term)
      // Port 0 means any port there. Bound sockets are walked in another table, and that walk ignores the ports of the
      // request.
      case .condition(.ports(let end, let set)) where (set.singlePort ?? 0) != 0 && !states.contains(.boundInactive):
        if end == .local { result.localPort = set.singlePort } else { result.remotePort = set.singlePort }
        kernelTerms.append(term)
      default:
        let (weakened, isExact) = weakened(term)
        if weakened != .everything { program.append(ProgramTerm(weakened: weakened, whole: term, isExact: isExact)) }
        if !isExact { remainder.append(term) }
      }
    }
    let (bytecode, count) = longestProgram(&program)
    result.bytecode = bytecode
    kernelTerms += program[..<count].map(\.weakened)
    remainder += program[count...].filter(\.isExact).map(\.whole)
    result.kernelPart = SocketFilter(.conjunction(kernelTerms))
    result.remainder = remainder.isEmpty ? nil : SocketFilter(.conjunction(remainder))
    return result
  }

  /// A program of as many terms as fit, and the number of terms. If not all fit, the largest terms are last.
  private func longestProgram(_ terms: inout [ProgramTerm]) -> (InetBytecode, count: Int) {
    func program(_ count: Int) -> InetBytecode? {
      InetBytecode(.conjunction(terms[..<count].map(\.weakened)), avoiding: refused)
    }
    if let whole = program(terms.count) { return (whole, terms.count) }
    terms.sort { $0.weakened.size < $1.weakened.size }
    // By halving, because a filter may exclude ten thousand single addresses.
    var (best, fitting, tooMany) = (InetBytecode(), 0, terms.count)
    while tooMany - fitting > 1 {
      let middle = (fitting + tooMany) / 2
      if let shorter = program(middle) { (best, fitting) = (shorter, middle) } else { tooMany = middle }
    }
    return (best, fitting)
  }

  /// The part of a term that the kernel tests, and whether that is the whole term.
  private struct ProgramTerm {
    var weakened: FilterNode
    var whole: FilterNode
    var isExact: Bool
  }

  /// The maximum number of port ranges for the kernel. The kernel's audit checks each jump by walking from the start,
  /// so the longest possible program, with 5,000 ports, would take 30 ms on each request: as long as reporting 40,000
  /// sockets.
  private static var rangeLimit: Int { 1024 }

  /// The part of a filter that the kernel can test without losing a socket, and whether that is the whole filter.
  private func weakened(_ node: FilterNode) -> (FilterNode, isExact: Bool) {
    switch node {
    case .condition(.ports(let end, let ports)):
      let widened = ports.widened(toRanges: Self.rangeLimit)
      return (.condition(.ports(end, widened)), widened == ports)
    case .condition(let condition), .not(.condition(let condition)):
      let hasOperation = hasOperation(condition)
      return (hasOperation ? node : .everything, hasOperation)
    case .not: return (.everything, false)
    case .all(let nodes):
      let parts = nodes.map(weakened)
      let kept = parts.map(\.0).filter { $0 != .everything }
      return (FilterNode.conjunction(kept), parts.allSatisfy(\.isExact))
    case .any(let nodes):
      let parts = nodes.map(weakened)
      if parts.contains(where: { $0.0 == .everything }) { return (.everything, false) }
      return (FilterNode.disjunction(parts.map(\.0)), parts.allSatisfy(\.isExact))
    }
  }

  private func hasOperation(_ condition: FilterCondition) -> Bool {
    switch condition {
    case .ports, .address, .family, .end, .autobound: true
    case .interface: !refused.contains(.interface)
    case .mark: !refused.contains(.mark)
    case .cgroup: !refused.contains(.cgroup)
    case .states, .figure, .direction, .holder: false
    }
  }
}

extension FilterNode {
  /// The approximate length of its program.
  fileprivate var size: Int {
    switch self {
    case .condition(.ports(_, let ports)): ports.ranges.count
    // The shortest, and the last to be omitted, because no reply can replace it.
    case .condition(.autobound): 0
    case .condition: 2
    case .not(let node): node.size
    case .all(let nodes), .any(let nodes): nodes.reduce(1) { $0 + $1.size }
    }
  }
}

/// A filter, divided between the kernel and this program, for one walk over the sockets.
///
/// What the kernel reports holds at least the sockets that pass; the ``remainder`` tells which of them do.
public struct CompiledFilter: Hashable, Sendable {
  /// The states to ask for.
  public var states: SocketStateSet
  /// The local port to put into the request itself, the cheapest filter that there is; `nil` for any.
  public var localPort: UInt16?
  /// The remote port to put into the request itself; `nil` for any.
  public var remotePort: UInt16?
  /// The program for the kernel.
  public var bytecode: InetBytecode
  /// What the request and its program test.
  public var kernelPart: SocketFilter
  /// What has to be evaluated on the replies; `nil` if the kernel has done all.
  public var remainder: SocketFilter?
}

extension SocketFilter {
  /// Divides the filter between the kernel and this program.
  ///
  /// The kernel is asked for a superset: of a conjunction, the terms that it can test; of a disjunction, all
  /// alternatives or none. Only the kernel can test ``autobound``: where that is mixed with what it cannot test, two
  /// walks, for sockets that are and that are not, make the rest decidable. Whatever makes the program longer than the
  /// kernel takes is evaluated here.
  ///
  /// - Parameters:
  ///   - states: The states that the query asks for.
  ///   - refused: Operations that the kernel does not take.
  /// - Returns: The walks to make, one or two, whose sockets together pass. Two never report the same socket.
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
    // Where no socket can pass, the kernel need not walk at all.
    let states = node == .nothing ? [] : states.intersection(node.possibleStates)
    var result = CompiledFilter(states: states, bytecode: InetBytecode(), kernelPart: .everything)
    var kernelTerms: [FilterNode] = []
    var remainder: [FilterNode] = []
    var program: [ProgramTerm] = []
    for term in node.terms {
      switch term {
      case .condition(.states): kernelTerms.append(term)
      // Port 0 means any port there. Bound sockets are walked in another table, in which the request's ports are not
      // looked at.
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

  /// The program of the first terms, as many as it can hold, and their number. Where it cannot hold all, the largest terms
  /// are put last.
  private func longestProgram(_ terms: inout [ProgramTerm]) -> (InetBytecode, count: Int) {
    func program(_ count: Int) -> InetBytecode? {
      InetBytecode(.conjunction(terms[..<count].map(\.weakened)), avoiding: refused)
    }
    if let whole = program(terms.count) { return (whole, terms.count) }
    terms.sort { $0.weakened.size < $1.weakened.size }
    // Halving, since somebody may exclude ten thousand addresses one by one.
    var (best, fitting, tooMany) = (InetBytecode(), 0, terms.count)
    while tooMany - fitting > 1 {
      let middle = (fitting + tooMany) / 2
      if let shorter = program(middle) { (best, fitting) = (shorter, middle) } else { tooMany = middle }
    }
    return (best, fitting)
  }

  /// What the kernel tests of a term, and whether that is all of it.
  private struct ProgramTerm {
    var weakened: FilterNode
    var whole: FilterNode
    var isExact: Bool
  }

  /// How many ranges of ports the kernel is given. Its audit looks at each jump by walking there from the beginning, so
  /// that the longest possible program, of 5,000 ports, takes 30 ms on each request: as long as reporting 40,000 sockets.
  private static var rangeLimit: Int { 1024 }

  /// What the kernel can test of a filter so that nothing is lost, and whether that is all of it.
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
    case .ports, .address, .family, .netlink, .autobound: true
    case .interface: !refused.contains(.interface)
    case .mark: !refused.contains(.mark)
    case .cgroup: !refused.contains(.cgroup)
    case .states, .figure, .holder: false
    }
  }
}

extension FilterNode {
  /// About how long a program it makes.
  fileprivate var size: Int {
    switch self {
    case .condition(.ports(_, let ports)): ports.ranges.count
    // The shortest there is, and last to be left out: no reply can stand in for it.
    case .condition(.autobound): 0
    case .condition: 2
    case .not(let node): node.size
    case .all(let nodes), .any(let nodes): nodes.reduce(1) { $0 + $1.size }
    }
  }
}

/// Selects sockets: an expression over addresses, ports, states and figures.
///
/// Built from typed conditions and the operators `&&`, `||` and `!`, or parsed from the language of `ss`
/// (``init(_:names:)``):
///
/// ```swift
/// let filter: SocketFilter = .localPort == 443 && !.remote(in: "10.0.0.0/8")
/// let parsed = try SocketFilter("sport = :443 and not dst 10.0.0.0/8")
/// ```
///
/// The kernel compares ports, addresses, interfaces, marks and cgroups, as far as its filter program can express them;
/// ``compiled(for:without:)`` returns both parts. `evaluate(_:holders:)` compares the rest, and sockets from a
/// capture or from `/proc/net`, with the same meaning.
///
/// Any number of operators of one kind is one level. A tree that was built in code with more than some thousand levels
/// may overflow the stack; parsed text has at most 256 levels.
public struct SocketFilter: Hashable, Sendable {
  package let node: FilterNode

  package init(_ node: FilterNode) { self.node = node }

  init(_ condition: FilterCondition) { node = .condition(condition) }

  /// The filter that every socket passes.
  public static var everything: SocketFilter { SocketFilter(FilterNode.everything) }
}

extension SocketFilter {
  /// Whether the filter names a state anywhere. If so, the filter alone decides about states.
  public var namesStates: Bool {
    node.contains { if case .states = $0 { true } else { false } }
  }

  /// The states to query if the filter decides about states: all, and also ``SocketStateSet/boundInactive`` if the
  /// filter names it. `nil` if the filter does not name a state.
  public var statesToAskFor: SocketStateSet? {
    // A direction may be that of listeners.
    guard namesStates || namesDirections else { return nil }
    let namesBoundInactive = node.contains {
      if case .states(let states) = $0 { states.contains(.boundInactive) && states != .everyState } else { false }
    }
    return namesBoundInactive ? .all.union(.boundInactive) : .all
  }

  /// The states that a socket must have to pass, as far as the filter alone shows.
  package var possibleStates: SocketStateSet { node.normalized().possibleStates }
}

extension SocketStateSet {
  /// Every state, including those of future kernels: the group `all` in a filter.
  package static var everyState: SocketStateSet { SocketStateSet(rawValue: .max) }
}

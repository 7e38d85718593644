/// Which sockets are wanted: an expression over addresses, ports, states and figures.
///
/// Built from typed conditions and the operators `&&`, `||` and `!`, or parsed from the language of `ss`
/// (``init(_:names:)``):
///
/// ```swift
/// let filter: SocketFilter = .localPort == 443 && !.remote(in: "10.0.0.0/8")
/// let parsed = try SocketFilter("sport = :443 and not dst 10.0.0.0/8")
/// ```
///
/// Ports, addresses, interfaces, marks and cgroups are compared in the kernel, as far as its filter program can express
/// the whole; ``compiled(for:without:)`` tells which part is which. The rest, and whatever comes from a capture or from
/// `/proc/net`, is compared by ``evaluate(_:holders:)``, with the same meaning.
///
/// Operators of one kind are one level, however many. Of a tree that is built by hand and more than some thousand levels
/// deep, the stack may not hold the walk; parsed text is at most 256 levels deep.
public struct SocketFilter: Hashable, Sendable {
  package let node: FilterNode

  package init(_ node: FilterNode) { self.node = node }

  init(_ condition: FilterCondition) { node = .condition(condition) }

  /// The filter that every socket passes.
  public static var everything: SocketFilter { SocketFilter(FilterNode.everything) }
}

extension SocketFilter {
  /// Whether the filter names a state anywhere. Where it does, it alone decides about states.
  public var namesStates: Bool {
    node.contains { if case .states = $0 { true } else { false } }
  }

  /// The states that a query asks for if its filter is to decide: all, and ``SocketStateSet/boundInactive`` if the
  /// filter names it. `nil` if the filter does not name a state.
  public var statesToAskFor: SocketStateSet? {
    guard namesStates else { return nil }
    let namesBoundInactive = node.contains {
      if case .states(let states) = $0 { states.contains(.boundInactive) && states != .everyState } else { false }
    }
    return namesBoundInactive ? .all.union(.boundInactive) : .all
  }

  /// The states in which a socket may pass, as far as the filter tells without looking at anything else.
  package var possibleStates: SocketStateSet { node.normalized().possibleStates }
}

extension SocketStateSet {
  /// Every state, also those that no kernel has yet: what the group `all` means in a filter.
  package static var everyState: SocketStateSet { SocketStateSet(rawValue: .max) }
}

/// The tree of a ``SocketFilter``.
///
/// Terms of the same operator are in one list, so that a list of a thousand ports is not a thousand levels deep.
package indirect enum FilterNode: Hashable, Sendable {
  /// All of them; if empty, every socket matches.
  case all([FilterNode])
  /// At least one of them; if empty, no socket matches.
  case any([FilterNode])
  case not(FilterNode)
  case condition(FilterCondition)

  package static var everything: FilterNode { .all([]) }
  package static var nothing: FilterNode { .any([]) }

  /// All of the given nodes; a single node is returned unchanged.
  static func conjunction(_ nodes: [FilterNode]) -> FilterNode {
    nodes.count == 1 ? nodes[0] : .all(nodes)
  }

  /// Any of the given nodes; a single node is returned unchanged.
  static func disjunction(_ nodes: [FilterNode]) -> FilterNode {
    nodes.count == 1 ? nodes[0] : .any(nodes)
  }
}

/// One end of a connection.
public enum SocketEnd: Hashable, Sendable {
  /// This host's: `src`, `sport`.
  case local
  /// The peer's: `dst`, `dport`.
  case remote
}

/// One condition on a socket.
package enum FilterCondition: Hashable, Sendable {
  case states(SocketStateSet)
  case ports(SocketEnd, PortSet)
  case address(SocketEnd, AddressPrefix)
  case family(AddressFamily)
  /// The interface that the socket is bound to.
  case interface(UInt32)
  case mark(UInt32, mask: UInt32)
  case cgroup(UInt64)
  /// Not bound to a port by a program.
  case autobound
  /// Who began the connection.
  case direction(SocketDirection)
  case figure(FilterFigure, ClosedRange<UInt64>)
  /// An end as a family of its own describes it.
  case end(SocketEnd, FamilyEnd)
  /// At least one process that holds the socket matches.
  indirect case holder(HolderTest)
}

/// A condition on the processes that hold a socket.
package enum HolderTest: Hashable, Sendable {
  case process(Int32)
  case name(HolderName, NameTest)
}

/// A name of a process that a filter can compare. The raw value is the word of the language.
package enum HolderName: String, Hashable, Sendable {
  /// The name of the program, up to the length that the kernel keeps.
  case command = "comm"
  case commandLine = "cmdline"
  case unit
  case container
}

/// A comparison of a name.
package enum NameTest: Hashable, Sendable {
  case equals(String)
  case matches(FilterPattern)

  /// Compares bytes, as the tests do. Two spellings of `é` are one `String`, but two names.
  package static func == (left: NameTest, right: NameTest) -> Bool {
    switch (left, right) {
    case (.equals(let left), .equals(let right)): left.hasSameBytes(as: right)
    case (.matches(let left), .matches(let right)): left == right
    default: false
    }
  }
}

extension String {
  /// Whether two texts are the same to the kernel, which knows no Unicode.
  func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension FilterNode {
  /// Whether a condition anywhere in the tree satisfies the predicate.
  package func contains(_ isWanted: (FilterCondition) -> Bool) -> Bool {
    switch self {
    case .all(let nodes), .any(let nodes): nodes.contains { $0.contains(isWanted) }
    case .not(let node): node.contains(isWanted)
    case .condition(let condition): isWanted(condition)
    }
  }
}

extension FilterNode {
  /// The terms that must all match.
  var terms: [FilterNode] { if case .all(let nodes) = self { nodes } else { [self] } }

  /// The states that a socket must have to pass a normalized filter.
  package var possibleStates: SocketStateSet {
    switch self {
    case .condition(.states(let states)): states
    case .condition, .not: .everyState
    case .all(let nodes): nodes.reduce(.everyState) { $0.intersection($1.possibleStates) }
    case .any(let nodes): nodes.reduce([]) { $0.union($1.possibleStates) }
    }
  }
}

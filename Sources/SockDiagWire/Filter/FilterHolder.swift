/// A process that holds a socket, with the properties that a filter can test.
///
/// The kernel's replies do not contain processes. A caller that knows the holders passes them to
/// `SocketFilter.evaluate(_:holders:)`.
public struct FilterHolder: Hashable, Sendable {
  /// The process id.
  public var processID: Int32
  /// The name of the program, at most 15 bytes: `comm`.
  public var command: String

  /// Creates a holder.
  public init(processID: Int32, command: String) {
    self.processID = processID
    self.command = command
  }
}

extension SocketFilter {
  /// Sockets that a process holds. `ss` has no such condition.
  public static func heldBy(processID: Int32) -> SocketFilter { SocketFilter(.holder(.process(processID))) }

  /// Sockets held by a program with this name. The kernel keeps 15 bytes of a name (`TASK_COMM_LEN`, linux/sched.h);
  /// the rest is not compared.
  public static func heldBy(command: String) -> SocketFilter { SocketFilter(.holder(.command(command))) }

  /// Whether the filter has a condition on the holders of a socket.
  public var namesHolders: Bool {
    node.contains { if case .holder = $0 { true } else { false } }
  }

  /// The part of the filter to evaluate on sockets that pass ``withoutHolders``, when their holders are known.
  public var holderPart: SocketFilter {
    let terms = node.normalized().terms.filter { $0.contains { if case .holder = $0 { true } else { false } } }
    return SocketFilter(.conjunction(terms))
  }

  /// A filter that matches at least the same sockets and has no condition on holders. It selects the candidates whose
  /// holders have to be found.
  public var withoutHolders: SocketFilter {
    namesHolders ? SocketFilter(node.normalized().assumingHolders.normalized()) : self
  }
}

extension FilterNode {
  /// A normalized filter in which every condition on holders is assumed to match.
  fileprivate var assumingHolders: FilterNode {
    switch self {
    case .condition(.holder), .not(.condition(.holder)): .everything
    case .condition, .not: self
    case .all(let nodes): .all(nodes.map(\.assumingHolders))
    case .any(let nodes): .any(nodes.map(\.assumingHolders))
    }
  }
}

extension HolderTest {
  func evaluate(_ holders: [FilterHolder]) -> Bool {
    switch self {
    case .process(let id): return holders.contains { $0.processID == id }
    case .command(let name):
      // The kernel may cut a name in the middle of a character; both sides are repaired in the same way before they are
      // compared.
      let kept = String(decoding: name.utf8.prefix(15), as: UTF8.self)
      return holders.contains { $0.command.utf8.elementsEqual(kept.utf8) }
    }
  }
}

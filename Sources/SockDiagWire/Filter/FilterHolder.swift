/// A process that holds a socket, as far as a filter asks about it.
///
/// No reply of the kernel names one. Who knows the holders hands them to ``SocketFilter/evaluate(_:holders:)``.
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

  /// Sockets that a program of a name holds. The kernel keeps 15 bytes of it (`TASK_COMM_LEN`, linux/sched.h), and more
  /// are not compared.
  public static func heldBy(command: String) -> SocketFilter { SocketFilter(.holder(.command(command))) }

  /// Whether the filter asks who holds a socket.
  public var namesHolders: Bool {
    node.contains { if case .holder = $0 { true } else { false } }
  }

  /// What is left to be compared of those that pass ``withoutHolders``, when their holders are known.
  public var holderPart: SocketFilter {
    let terms = node.normalized().terms.filter { $0.contains { if case .holder = $0 { true } else { false } } }
    return SocketFilter(.conjunction(terms))
  }

  /// A filter that lets through at least the same sockets and does not ask who holds them: with it the candidates are
  /// found whose holders have to be looked for.
  public var withoutHolders: SocketFilter {
    namesHolders ? SocketFilter(node.normalized().assumingHolders.normalized()) : self
  }
}

extension FilterNode {
  /// A normalized filter in which every question about holders is taken to be answered as it should be.
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
      // The kernel may cut in the middle of a character, of which both sides then make the same replacement.
      let kept = String(decoding: name.utf8.prefix(15), as: UTF8.self)
      return holders.contains { $0.command.utf8.elementsEqual(kept.utf8) }
    }
  }
}

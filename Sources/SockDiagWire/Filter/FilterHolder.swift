/// A process that holds a socket, with the properties that a filter can test.
///
/// The kernel's replies do not contain processes. A caller that knows the holders passes them to
/// `SocketFilter.evaluate(_:holders:)`.
public struct FilterHolder: Hashable, Sendable {
  /// The process id.
  public var processID: Int32
  /// The name of the program, at most 15 bytes: `comm`.
  public var command: String
  /// The arguments of the program, joined by blanks; `nil` if they are not known.
  public var commandLine: String?
  /// The unit and the container of the process; `nil` if its cgroup is not known.
  public var supervision: Supervision?
  /// The answers to some conditions, see ``answering(_:)``; `nil` for one that is not known.
  private var answers: [HolderTest: Bool?] = [:]

  /// The unit and the container of a process.
  public struct Supervision: Hashable, Sendable, Codable {
    /// The systemd unit, such as `nginx.service`; `nil` for none.
    public var unit: String?
    /// The names of the container: its id, and whatever else names it. Empty for none.
    public var container: [String]

    /// Creates the value.
    public init(unit: String? = nil, container: [String] = []) {
      self.unit = unit
      self.container = container
    }
  }

  /// Creates a holder.
  public init(
    processID: Int32, command: String, commandLine: String? = nil, supervision: Supervision? = nil
  ) {
    self.processID = processID
    self.command = command
    self.commandLine = commandLine
    self.supervision = supervision
  }

  /// The same process with its answers to the conditions of a filter. A regular expression is then compared once for the
  /// process, and not for each of its sockets. Later changes of the value do not change these answers.
  public func answering(_ filter: SocketFilter) -> FilterHolder {
    var holder = self
    filter.node.forEachHolderTest { holder.answers.updateValue(evaluate($0), forKey: $0) }
    return holder
  }

  /// Whether the process passes a test; `nil` if what the test compares is not known.
  func passes(_ test: HolderTest) -> Bool? {
    if let answer = answers[test] { return answer }
    return evaluate(test)
  }

  private func evaluate(_ test: HolderTest) -> Bool? {
    switch test {
    case .process(let id): processID == id
    case .name(.command, .equals(let name)):
      // The kernel may cut a name in the middle of a character; both sides are repaired in the same way before they are
      // compared.
      command.hasSameBytes(as: String(decoding: name.utf8.prefix(15), as: UTF8.self))
    case .name(.command, .matches(let pattern)): pattern.matches(command)
    case .name(.commandLine, .equals(let text)): commandLine.map { $0.hasSameBytes(as: text) }
    case .name(.commandLine, .matches(let pattern)): commandLine.map(pattern.matches)
    case .name(.unit, .equals(let name)):
      supervision.map { $0.unit.map { $0.hasSameBytes(as: name) || $0.hasSameBytes(as: name + ".service") } ?? false }
    case .name(.unit, .matches(let pattern)): supervision.map { $0.unit.map(pattern.matches) ?? false }
    case .name(.container, .equals(let name)):
      supervision.map { $0.container.contains { $0 == name || Self.isID($0) && !name.isEmpty && $0.hasPrefix(name) } }
    case .name(.container, .matches(let pattern)): supervision.map { $0.container.contains(where: pattern.matches) }
    }
  }

  /// Whether a container's name is an id, which people write in part.
  private static func isID(_ name: String) -> Bool {
    name.utf8.count == 64 && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

extension SocketFilter {
  /// Sockets that a process holds. `ss` has no such condition.
  public static func heldBy(processID: Int32) -> SocketFilter { SocketFilter(.holder(.process(processID))) }

  /// Sockets held by a program with this name. The kernel keeps 15 bytes of a name (`TASK_COMM_LEN`, linux/sched.h);
  /// the rest is not compared.
  public static func heldBy(command: String) -> SocketFilter {
    SocketFilter(.holder(.name(.command, .equals(command))))
  }

  /// Sockets held by a program whose name matches, of which the kernel keeps 15 bytes.
  public static func heldBy(commandMatching pattern: FilterPattern) -> SocketFilter {
    SocketFilter(.holder(.name(.command, .matches(pattern))))
  }

  /// Sockets held by a program whose arguments match, joined by blanks.
  public static func heldBy(commandLineMatching pattern: FilterPattern) -> SocketFilter {
    SocketFilter(.holder(.name(.commandLine, .matches(pattern))))
  }

  /// Sockets held by a process of a systemd unit. The suffix `.service` may be left out.
  public static func heldBy(unit name: String) -> SocketFilter {
    SocketFilter(.holder(.name(.unit, .equals(name))))
  }

  /// Sockets held by a process in a container, by its id, the beginning of its id, or its name.
  public static func heldBy(container name: String) -> SocketFilter {
    SocketFilter(.holder(.name(.container, .equals(name))))
  }

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

  fileprivate func forEachHolderTest(_ body: (HolderTest) -> Void) {
    switch self {
    case .condition(.holder(let test)): body(test)
    case .condition: break
    case .not(let node): node.forEachHolderTest(body)
    case .all(let nodes), .any(let nodes): for node in nodes { node.forEachHolderTest(body) }
    }
  }
}

extension HolderTest {
  /// Whether one of the processes passes; `nil` if none does for certain, and one may.
  func evaluate(_ holders: [FilterHolder]) -> Bool? {
    var result: Bool? = false
    for holder in holders {
      switch holder.passes(self) {
      case true: return true
      case nil: result = nil
      case false: continue
      }
    }
    return result
  }
}

extension FilterHolder: Codable {
  // The answers belong to a filter.
  private enum CodingKeys: String, CodingKey { case processID, command, commandLine, supervision }
}

internal import PortControl
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// The text that `kill` shows before it asks: the processes that it ends, and then what may start them again.
struct EndingQuestion {
  let plan: EndingPlan

  init(_ plan: EndingPlan) { self.plan = plan }

  /// - Parameter verb: `Ends`, or `Would end` for --dry-run.
  func text(_ verb: String, _ terminal: Terminal) -> [UInt8] {
    var prose = Prose(terminal)
    for group in groups {
      let holds = plan.selection.isSingle ? "" : " on \(Self.places(group))"
      prose.line("\(verb) \(Self.words(group.map(\.details)))\(holds).", paint: .strong)
      if let arguments = group.first?.details.arguments, !arguments.isEmpty {
        let line = arguments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
        let shown = terminal.isTerminal ? CommandLineText.shortened(line, to: terminal.width - 4, .list) : line
        prose.line(shown, indent: 4, hanging: 0, paint: .faint)
      }
    }
    for sentence in warnings { prose.line(sentence, hanging: 0) }
    return prose.bytes
  }

  /// The processes that are ended, those of one server together: a process with its workers, or processes with the same
  /// command line.
  private var groups: [[EndingTarget]] {
    var groups: [[EndingTarget]] = []
    for target in plan.signalled {
      let index = groups.firstIndex { group in
        guard let first = group.first, first.details.command == target.details.command,
          first.supervision == target.supervision
        else { return false }
        return first.details.arguments == target.details.arguments
          || group.contains { $0.process.pid == target.details.parent }
      }
      if let index { groups[index].append(target) } else { groups.append([target]) }
    }
    return groups
  }

  /// What the reader should know before.
  private var warnings: [String] {
    var sentences: [String] = []
    func add(_ sentence: String) { if !sentences.contains(sentence) { sentences.append(sentence) } }
    for group in groups {
      guard let target = group.first, let supervisor = target.supervisor else { continue }
      let subject = groups.count == 1 ? (group.count == 1 ? "It is" : "They are") : "\(target.details.name) is"
      add(
        "\(subject) run by \(supervisor.name), which may start it again; '\(supervisor.stopCommand)' keeps it down.")
    }
    for target in plan.targets {
      switch target.standing {
      case .ancestor: add("\(target.details.words) started this command, so this terminal or session may end as well.")
      case .itself: add("This command inherited the socket too; it is not ended.")
      default: break
      }
    }
    if !plan.unheld.isEmpty {
      let sockets = plan.unheld.count.counted("more socket has a holder", "more sockets have holders")
      add("\(sockets) that cannot be seen, so the port may stay in use.")
    }
    return sentences
  }

  /// Processes in a sentence: `nginx (pid 80, root) and 4 workers`.
  static func words(_ processes: [ProcessDetails]) -> String {
    let parents = Set(processes.compactMap(\.parent))
    guard let leader = processes.first(where: { parents.contains($0.process.pid) }) ?? processes.first else {
      return ""
    }
    let others = processes.filter { $0.process != leader.process }
    guard let other = others.first else { return leader.words }
    if others.allSatisfy({ $0.parent == leader.process.pid && $0.command == leader.command }) {
      return "\(leader.words) and \(others.count.counted("worker"))"
    }
    return others.count == 1
      ? "\(leader.words) and \(other.words)" : "\(leader.words) and \(others.count) more processes"
  }

  /// The ports of processes: `port 80`, `ports 80 and 53/udp`.
  private static func places(_ targets: [EndingTarget]) -> String {
    var texts: [String] = []
    for place in targets.flatMap(\.places) {
      let text = "\(place.port)\(place.transport == .udp ? "/udp" : "")"
      if !texts.contains(text) { texts.append(text) }
    }
    let shown = texts.prefix(5)
    let rest = texts.count - shown.count
    let names = rest > 0 ? Array(shown) + ["\(rest) more"] : Array(shown)
    let list =
      names.count > 1 ? names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "") : names.joined()
    return texts.count == 1 ? "port \(list)" : "ports \(list)"
  }
}

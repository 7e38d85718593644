internal import PortControl
internal import SockDiag
internal import SocketOwners

/// The text that `kill` shows to people.
enum EndingText {
  /// Shows the sockets with their holders, and then each process: if none of them is ended.
  static func show(_ plan: borrowing EndingPlan, on descriptor: Int32) throws(CommandFailure) {
    try table(plan.sockets, on: descriptor)
    try write(plan.targets.flatMap { lines(about: $0, $0.supervisor) }, on: descriptor)
  }

  /// Shows sockets with their holders.
  static func table(_ sockets: [HeldSocket], on descriptor: Int32) throws(CommandFailure) {
    // A port has few sockets, so the columns are chosen from those.
    func states(_ transport: TransportProtocol) -> SocketStateSet {
      sockets.reduce(into: []) { states, entry in
        if entry.socket.protocol == transport { states.insert(SocketStateSet(entry.socket.state)) }
      }
    }
    let renderer = TableRenderer(
      TableShape(states(.tcp).union(states(.udp)), notes: .holders), showsHeader: true,
      interfaces: InterfaceNames(.host), terminal: .of(descriptor), output: ByteOutput(descriptor: descriptor))
    for held in sockets { try renderer.render(held.socket, SocketNotes(holders: HolderList(held))) }
    try renderer.finish(afterFailure: false)
  }

  /// A process, and below it the warnings about ending it.
  static func lines(about target: EndingTarget, _ supervisor: Supervisor?) -> [String] {
    var line = target.details.cellName
    if let uid = target.details.uid { line += " uid=\(uid)" }
    if let arguments = target.details.arguments, !arguments.isEmpty {
      line += " args=" + arguments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }
    var lines = [line]
    if let supervisor {
      lines.append(
        "  run by \(supervisor.name), which may start it again; '\(supervisor.stopCommand)' ends it for good")
    }
    switch target.standing {
    case .ordinary: break
    case .ancestor: lines.append("  it started this command, so this terminal or session may end as well")
    case .itself: lines.append("  this command, which inherited the socket; it is not ended")
    case .firstProcess: lines.append("  the first process, with which all others end; it is never ended")
    default: lines.append("  it holds sockets for other programs, and is never ended")
    }
    return lines
  }

  /// The outcome of a process, or of several in the words of a list.
  static func line(about processes: String, _ outcome: EndingOutcome, _ options: EndingOptions) -> String {
    "\(processes): \(options.words(about: outcome, grace: DurationArgument.spelt(options.grace)))"
  }

  /// The outcomes of all processes. Processes of one program with the same outcome are one line.
  static func lines(
    _ targets: [EndingTarget], _ outcomes: [EndingOutcome], _ options: EndingOptions
  ) -> [String] {
    var groups: [(outcome: EndingOutcome, processes: [ProcessDetails])] = []
    for (target, outcome) in zip(targets, outcomes) {
      let index = groups.firstIndex {
        $0.outcome == outcome && $0.processes.first?.command == target.details.command
      }
      if let index {
        groups[index].processes.append(target.details)
      } else {
        groups.append((outcome, [target.details]))
      }
    }
    return groups.map { line(about: EndingQuestion.words($0.processes), $0.outcome, options) }
  }

  /// Writes lines, harmless to a terminal.
  static func write(_ lines: [String], on descriptor: Int32) throws(CommandFailure) {
    var output = ByteOutput(descriptor: descriptor)
    for line in lines {
      output.bytes.appendVisible(line.utf8)
      output.bytes.append(UInt8(ascii: "\n"))
    }
    try output.flush()
  }
}

extension EndingOutcome {
  var status: ExitStatus { isDenied ? .noPermission : releasesPort ? .success : .system }
}

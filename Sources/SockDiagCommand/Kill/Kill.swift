internal import ArgumentParser
internal import Glibc
internal import SockDiag
internal import SockDiagWire

/// `sockdiag kill`: ends the processes that hold a port.
struct Kill: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends the processes that hold a port, and reports what still holds it.",
    usage: "sockdiag kill [<options>] [ADDRESS:]PORT",
    discussion: """
      Ended are the processes that hold a listener, a socket that is only bound, or a UDP socket without a peer: all of \
      them, since child processes inherit sockets. With an address, only sockets that conflict with a bind() to it count: \
      those on the same address and on the wildcards that include it. The owners of connections are ended only with \
      --connections, since an outgoing connection may have any port.

      Shows the processes, asks, and signals each through a pidfd, after another look at its descriptors. A process that no \
      longer holds the port is not signalled, nor is one that has got the id of another. Parents come before their \
      children. A process that still holds the socket after the grace is killed.

      A systemd unit or a container may start the process again, so it is named with the command that stops it. With \
      --yes such a process is left alone unless --supervised is given. Process 1 and this command are never ended. What \
      systemd holds for a .socket unit is freed by stopping that unit.

      Outcomes: ended; killed; gone: had already ended; not-holding: had closed the socket, and was not signalled; \
      released: closed the socket after the signal and still runs; running; denied: a privilege is missing; failed; \
      spared: not ended.

      Afterwards it observes the port for up to --settle, in case something starts the server again or workers end later. \
      It stops earlier if it knows of nothing that could do so. Then it answers as 'sockdiag why' does for the same port, \
      and names the process or unit that started the server again.

      Exit status: 0 free: bind() succeeds now; 1 no process held the port, or you answered no; 2 whether it is free \
      depends on facts that cannot be seen; 3 bind() fails with an error other than that of a port in use; 64 wrong usage; \
      71 in use, or nothing was done for the reason that is given; 75 no process holds it any more, but closed connections \
      block it for a time: 'sockdiag wait PORT --free' waits for that; 77 a privilege is missing. With --dry-run it is 0 \
      if there is a process to end.
      """)

  @Argument(help: ArgumentHelp("8080, 53/udp, 127.0.0.1:8080, [::1]:8080, *:8080; names of hosts and services too."))
  var port: String

  @Flag(name: .shortAndLong, help: "TCP, as without -t and -u.")
  var tcp = false

  @Flag(name: .shortAndLong, help: "UDP.")
  var udp = false

  @Flag(help: "Also the owners of connections whose local port it is.")
  var connections = false

  @Flag(help: "With --yes: also processes that systemd or a container runtime may start again.")
  var supervised = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Flag(help: "Only show the processes that would be ended.")
  var dryRun = false

  @Option(help: ArgumentHelp("What is sent first.", valueName: "name"))
  var signal = "TERM"

  @Option(help: ArgumentHelp("How long a process has to end before it is killed: 500ms, 5s, 1m.", valueName: "time"))
  var grace = "5s"

  @Option(
    help: ArgumentHelp(
      "How long the port is watched for a restart: 500ms, 3s, 1m; 0 looks only once.", valueName: "time"))
  var settle = "3s"

  @Flag(help: "Do not kill processes that have not ended after the grace.")
  var noKill = false

  @OptionGroup
  var namespace: NamespaceOption

  @Flag(help: "A JSON object: the holders, what happened to them, what is left.")
  var json = false

  func run() throws {
    let options = try options()
    let settle = try DurationArgument.parse(settle, option: "--settle")
    // Names of hosts and interfaces are those of the namespace.
    try namespace.enter()
    let selection = try selection()
    guard dryRun || yes || Question.isPossible else {
      throw CommandFailure.usage(
        "there is no terminal to ask on; give --yes to end processes without a question, or --dry-run to see which")
    }
    var ending = try PortEnding(selection, try selection.requests(), takesConnections: connections)
    if let refusal = try ending.refusal() { return try refuse(refusal, ending) }
    var remarks = Remarks(ending.found)
    if dryRun {
      if json {
        try write(EndingFields(plan: ending.plan))
      } else {
        try EndingText.show(ending.plan, on: STDOUT_FILENO)
      }
      return try remarks.end()
    }
    if yes {
      if !supervised, let target = ending.plan.supervised {
        return try refuse(.supervised(target), ending)
      }
      warnOfAncestors(ending.plan)
    } else {
      guard try isConfirmed(ending.plan, remarks) else { return try refuse(.declined, ending) }
      remarks = Remarks()
    }
    let outcomes = ending.endAll(options)
    let port = try ending.observePort(for: settle, after: outcomes)
    try report(&ending, outcomes, port, options, remarks)
  }

  // MARK: Options

  func options() throws(CommandFailure) -> EndingOptions {
    EndingOptions(
      signal: try SignalArgument(parsing: signal), grace: try DurationArgument.parse(grace, option: "--grace"),
      kills: !noKill)
  }

  func selection() throws(CommandFailure) -> PortSelection {
    let port = try PortArgument(parsing: port)
    try port.requireInterface()
    guard port.port != 0 else {
      throw .usage("port 0 is none: it lets the kernel choose one; write the port that it chose")
    }
    return PortSelection(port: port, transports: try port.transports(tcp: tcp, udp: udp))
  }

  // MARK: Before the signals

  /// Ends the command without a signal. Programs get their object all the same.
  private func refuse(_ refusal: EndingRefusal, _ ending: borrowing PortEnding) throws {
    if json {
      try write(EndingFields(plan: ending.plan))
    } else {
      switch refusal {
      case .onlyConnections(let held, _): try EndingText.table(held, on: STDERR_FILENO)
      case .manager, .onlyThisCommand, .unknownHolders, .holderHasEnded:
        try EndingText.show(ending.plan, on: STDERR_FILENO)
      case .noHolder, .onlyRecords, .onlyOtherProtocol, .supervised, .declined: break
      }
    }
    throw refusal.failure(ending.selection, namespace: namespace.netns)
  }

  /// Warns before the signals: afterwards this command may have ended too.
  private func warnOfAncestors(_ plan: EndingPlan) {
    for target in plan.signalled where target.standing == .ancestor {
      Diagnostics.report("\(target.details.cellName) started this command, so this terminal or session may end as well")
    }
  }

  /// Asks. The list is part of the question, so it stands on standard error too.
  private func isConfirmed(_ plan: EndingPlan, _ remarks: Remarks) throws -> Bool {
    try EndingText.show(plan, on: STDERR_FILENO)
    var remarks = remarks
    remarks.say()
    let targets = plan.signalled
    let processes = targets.count == 1 ? "this process" : "these \(targets.count) processes"
    let supervisors = targets.compactMap { plan.selection.supervisor($0.supervision)?.name }
    let warning = supervisors.isEmpty ? "" : ", although run by \(NameList.text(supervisors))"
    return try Question.isAnsweredYes("End \(processes)\(warning)?")
  }

  // MARK: After the signals

  private func report(
    _ ending: inout PortEnding, _ outcomes: [EndingOutcome], _ port: PortAfterEnding, _ options: EndingOptions,
    _ remarks: Remarks
  ) throws {
    var remarks = remarks
    let denied = outcomes.count { $0.status == .noPermission }
    if denied > 0 {
      let processes = denied == 1 ? "1 process" : "\(denied) processes"
      remarks.add("\(processes) may not be signalled by this user; \(CommandUser.cure)", .noPermission)
    }
    let sentences = port.sentences(namespace: namespace.netns)
    if !port.isFree {
      let unheld = ending.plan.unheld
      if port.verdict == .conflict, !unheld.isEmpty {
        let failure = EndingRefusal.unknownHolders(unheld).failure(ending.selection)
        remarks.add(failure.message, failure.status)
      }
      for sentence in sentences { remarks.add(sentence, port.status) }
    }
    if let other = try ending.holdersOfOtherProtocol(), !other.processes.isEmpty {
      let names = NameList.text(other.processes.map(\.cellName))
      remarks.add("\(names) holds \(other.selection.fullDescription), which is another port")
    }
    if outcomes.contains(where: { $0.status == .system }) { remarks.add(status: .system) }
    if json {
      try write(EndingFields(plan: ending.plan, outcomes: outcomes, port: port))
    } else {
      let lines = zip(ending.plan.targets, outcomes).map { EndingText.line(about: $0, $1, options) }
      try EndingText.write(lines + (port.isFree ? sentences : []), on: STDOUT_FILENO)
    }
    try remarks.end()
  }

  private func write(_ fields: EndingFields) throws(CommandFailure) {
    var output = ByteOutput()
    output.bytes.appendJSONLine(fields)
    try output.flush()
  }
}

extension Remarks {
  /// Remarks about sockets that the first look at the port may have missed.
  fileprivate init(_ sockets: PortSockets) {
    self.init()
    for limit in sockets.limits { note(limit.transport, limit.completeness, limit.substitution) }
  }
}

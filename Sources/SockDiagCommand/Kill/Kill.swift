internal import ArgumentParser
internal import BindDiagnosis
internal import Glibc
internal import PortControl
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// `sockdiag kill`: ends the processes that hold ports.
struct Kill: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ends the processes that hold ports or UNIX sockets, and reports what still holds them.",
    usage: "sockdiag kill [<options>] [ADDRESS:]PORT[-PORT] | PATH | @NAME …",
    discussion: """
      It ends all processes that hold a listener, a socket that is only bound, or a UDP socket without a peer. A socket \
      that was inherited has several. With an address, only sockets that conflict with a bind() to that address count: \
      sockets at the address and at wildcards that include it. Owners of connections are not ended without --connections, \
      because an outgoing connection can have any port.

      It shows the processes, asks, and looks at the descriptors of each process again before it sends the signal through \
      a pidfd. So it never signals a process that closed the socket, or another process that got the same id. Parents come \
      before their children. After the grace period it kills the processes that still hold the socket.

      If a systemd unit or a container runs a process, it names the command that stops the unit or container, which may \
      otherwise start the process again. With --yes such processes are left alone unless --supervised is given. It never \
      ends process 1 or itself. If systemd holds the port for a .socket unit, stop that unit.

      Outcomes: ended; killed; gone (ended in the meantime); not-holding (closed the socket before the signal, and got \
      none); released (closed the socket after the signal and runs on); running; denied (a privilege is missing); failed; \
      spared.

      Afterwards it watches the port for up to --settle, for a restarted server and for workers that end later, and less \
      if nothing is known that could restart it. Then it gives the answer of 'sockdiag why' for the same port, and names \
      the process or unit that restarted the server.

      A path or @name is a UNIX socket: it ends the processes that hold the socket behind it. A server that is killed leaves \
      its file; then the status is 75, and 'rm' removes the file.

      Several ports and ranges are one list of processes, one question and one result. In a range only ports that \
      somebody holds count.

      Exit status: 0 free: bind() succeeds now; 1 no process held one of the ports, or you answered no; 2 it depends on \
      facts that are unknown; 3 bind() fails with another error than EADDRINUSE; 71 in use, or nothing was done for the \
      reported reason; 75 no process holds the port, but closed connections still block it: 'sockdiag wait PORT --free' \
      waits for them; 77 a privilege is missing. With several ports it is the worst. With --dry-run: 0 if there is a \
      process to end.
      """)

  @Argument(
    help: ArgumentHelp(
      "8080, 3000-3010, 53/udp, 127.0.0.1:8080, [::1]:8080, *:8080, a list such as 80,443, or names of hosts and services.",
      valueName: "port"),
    completion: Completions.port)
  var ports: [String]

  @Flag(name: .shortAndLong, help: "TCP, the default.")
  var tcp = false

  @Flag(name: .shortAndLong, help: "UDP.")
  var udp = false

  @Flag(help: "Also end the owners of connections from this local port.")
  var connections = false

  @Flag(help: "With --yes: also end processes that systemd or a container runtime may start again.")
  var supervised = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Flag(help: "Show the processes and end none.")
  var dryRun = false

  @Option(help: ArgumentHelp("The first signal.", valueName: "name"), completion: Completions.signal)
  var signal = "TERM"

  @Option(
    help: ArgumentHelp("The time that a process has to end before it is killed: 500ms, 5s, 1m.", valueName: "time"))
  var grace = "5s"

  @Option(
    help: ArgumentHelp(
      "The time to watch the port for a restart: 500ms, 3s, 1m; 0 looks only once.", valueName: "time"))
  var settle = "3s"

  @Flag(help: "Do not kill processes that still run after the grace period.")
  var noKill = false

  @Flag(name: .shortAndLong, help: "Print no result, only what went wrong.")
  var quiet = false

  @OptionGroup
  var namespace: NamespaceOption

  @OptionGroup
  var colour: ColourOption

  @Flag(help: "A JSON object: the processes, their outcomes, and the sockets that remain; or why none was ended.")
  var json = false

  func run() throws {
    let options = try options()
    let settle = try DurationArgument.parse(settle, option: "--settle")
    let sockets = try unixArguments()
    // Names of hosts and interfaces are those of the namespace.
    try namespace.enter()
    if !sockets.isEmpty { return try endHolders(of: sockets, options, settle: settle) }
    let arguments = try arguments()
    guard dryRun || yes || Question.isPossible else {
      throw CommandFailure.usage(
        "there is no terminal to ask on; give --yes to end processes without a question, or --dry-run to see which")
    }
    var ending = try Progress.during("looking for the processes that hold \(arguments.description)") {
      try PortEnding(arguments.selection, takesConnections: connections)
    }
    if let refusal = ending.refusal { return try refuse(refusal, arguments, ending) }
    var remarks = Remarks(ending.found)
    if let idle = ending.plan.idle { remarks.add("\(EndingRefusal.noHolder(idle))") }
    if dryRun {
      if json {
        try write(EndingFields(plan: ending.plan))
      } else {
        let text = EndingQuestion(ending.plan).text("Would end", .standardOutput(colour.color))
        try write(text, to: STDOUT_FILENO)
      }
      return try remarks.end()
    }
    if yes {
      if !supervised, let target = ending.plan.supervised {
        return try refuse(.supervised(target), arguments, ending)
      }
      warnOfAncestors(ending.plan)
    } else {
      guard try isConfirmed(ending.plan, remarks) else { return try refuse(.declined, ending) }
      remarks = Remarks()
    }
    let names = EndingQuestion.words(ending.plan.signalled.map(\.details))
    let outcomes = Progress.during("waiting for \(names) to end") { ending.endAll(options) }
    let port = try Progress.during("watching \(arguments.description) for a restart") {
      try ending.observePort(for: settle, after: outcomes)
    }
    try report(&ending, arguments, outcomes, port, options, remarks)
  }

  // MARK: Options

  func options() throws(CommandFailure) -> EndingOptions {
    EndingOptions(
      signal: try SignalArgument.parse(signal), grace: try DurationArgument.parse(grace, option: "--grace"),
      kills: !noKill)
  }

  func arguments() throws(CommandFailure) -> PortArguments {
    var parts: [PortArguments.Part] = []
    for range in try PortRangeArgument.parse(ports) {
      try range.first.requireInterface()
      guard range.first.port != 0 else {
        throw .usage("port 0 lets the kernel choose a port; give the port that it chose")
      }
      parts.append(PortArguments.Part(range: range, transports: try range.first.transports(tcp: tcp, udp: udp)))
    }
    return PortArguments(parts)
  }

  // MARK: Before the signals

  /// Ends the command without a signal, with what the user should see.
  private func refuse(_ refusal: EndingRefusal, _ arguments: PortArguments, _ ending: borrowing PortEnding) throws {
    if !json {
      switch refusal.kind {
      case .onlyConnections: try EndingText.table(refusal.sockets, on: STDERR_FILENO)
      case .manager, .onlyThisProcess, .unknownHolders, .holderHasEnded:
        try EndingText.show(ending.plan, on: STDERR_FILENO)
      default: break
      }
    }
    try refuse(RefusedEnding(refusal, arguments, namespace: namespace.netns), ending)
  }

  /// Ends the command without a signal. Programs get their object all the same.
  private func refuse(_ refused: RefusedEnding, _ ending: borrowing PortEnding) throws {
    if json { try write(EndingFields(plan: ending.plan, refusal: refused)) }
    throw refused.failure
  }

  /// Warns before the signals: afterwards this command may have ended too.
  func warnOfAncestors(_ plan: EndingPlan) {
    for target in plan.signalled where target.standing == .ancestor {
      Diagnostics.report("\(target.details.words) started this command, so this terminal or session may end as well")
    }
  }

  /// Asks. What is asked stands on standard error too.
  func isConfirmed(_ plan: EndingPlan, _ remarks: Remarks) throws -> Bool {
    var remarks = remarks
    remarks.say()
    try write(EndingQuestion(plan).text("Ends", .standardError(colour.color)), to: STDERR_FILENO)
    return try Question.isAnsweredYes("Go on?")
  }

  // MARK: After the signals

  private func report(
    _ ending: inout PortEnding, _ arguments: PortArguments, _ outcomes: [EndingOutcome], _ port: PortAfterEnding,
    _ options: EndingOptions,
    _ remarks: Remarks
  ) throws {
    var remarks = remarks
    let denied = outcomes.count { $0.status == .noPermission }
    if denied > 0 {
      let processes = denied.counted("process", "processes")
      remarks.add("\(processes) may not be signalled by this user; \(CommandUser.suggestion)", .noPermission)
    }
    let sentences = port.sentences(arguments, namespace: namespace.netns)
    if !port.isFree {
      let unheld = ending.plan.unheld
      if port.verdict == .conflict, !unheld.isEmpty {
        let failure = EndingRefusal.unknownHolders(unheld).failure(arguments)
        remarks.add(failure.message, failure.status)
      }
      for sentence in sentences { remarks.add(sentence, port.status) }
    }
    if let other = try ending.holdersOfOtherProtocol(), !other.processes.isEmpty {
      let names = NameList.text(other.processes.map(\.words))
      let verb = other.processes.count > 1 ? "hold" : "holds"
      let kind = other.selection.isSingle ? "is another port" : "are other ports"
      remarks.add("\(names) \(verb) \(other.selection.fullDescription), which \(kind)")
    }
    if outcomes.contains(where: { $0.status == .system }) { remarks.add(status: .system) }
    // The least of them, so it comes last.
    if ending.plan.idle != nil { remarks.add(status: .negative) }
    if json {
      try write(EndingFields(plan: ending.plan, outcomes: outcomes, port: port))
    } else if !quiet {
      // The answer first.
      if !port.isFree { remarks.say() }
      var prose = Prose(.standardOutput(colour.color))
      if port.isFree {
        for (index, sentence) in sentences.enumerated() { prose.line(sentence, paint: index == 0 ? .good : .none) }
      }
      for line in EndingText.lines(ending.plan.targets, outcomes, options) { prose.line(line) }
      try write(prose.bytes, to: STDOUT_FILENO)
    }
    try remarks.end()
  }

  func write(_ text: [UInt8], to descriptor: Int32) throws(CommandFailure) {
    var output = ByteOutput(descriptor: descriptor)
    output.bytes += text
    try output.flush()
  }

  func write(_ fields: some FieldWritable) throws(CommandFailure) {
    var output = ByteOutput()
    output.bytes.appendJSONLine(fields)
    try output.flush()
  }
}

extension Remarks {
  /// Remarks about sockets that the first look at the port may have missed.
  fileprivate init(_ sockets: PortSockets) {
    self.init()
    for limit in sockets.limits { note(limit.transport, limit.defects, limit.substitution) }
  }
}

internal import ArgumentParser
internal import BindDiagnosis
internal import PortControl
internal import SockDiag

/// `sockdiag wait`: waits until ports are free, or until something listens on them.
struct Wait: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Waits until ports or UNIX sockets are free, or until something listens on them.",
    usage: "sockdiag wait [<options>] [ADDRESS:]PORT[-PORT] | PATH | @NAME … --free | --listening",
    discussion: """
      With several ports it waits until the condition holds for all of them at the same time.

      Free means that 'sockdiag why' answers free, for all addresses that it asks about. If only timers are in the way it \
      sleeps until they expire; if processes are, announcements of the kernel wake it. If 'why' answers that it depends, \
      the wait goes on; --probe settles it with a real bind(). Errors other than EADDRINUSE end the wait at once, because \
      waiting does not help: a port that needs a privilege, or an address that the host does not have (--freebind allows \
      one that the host gets later). It waits for an address that is still being checked for duplicates.

      A port is listened on if a client on this host that connects to it would reach a listener: one at the address or on \
      all addresses; with -u a UDP socket that is bound and not connected. A listener that is bound to an interface is \
      reached at the addresses of that interface; write 10.0.0.1%eth0 for clients that come over eth0. Without an address \
      any listener counts. For a name with several addresses one of them is enough; * needs both families. Packet filters \
      are ignored.

      A path or @name is a UNIX socket. It is free if bind() succeeds: also the file has to be gone. It is listened on if \
      a listener or a datagram socket has it.

      It waits up to 5 minutes, and longer while only timers of the kernel are in the way: those of closed connections \
      (TIME_WAIT) run for a minute, others may be longer. With --timeout it waits exactly that long.

      It prints nothing, except on a terminal, where a line shows the progress. If it times out, one sentence on standard \
      error says what is in the way.

      Exit status: 0 condition met; 1 timed out; 3 bind() fails with another error than EADDRINUSE; 64 wrong usage; 71 \
      the kernel refused or failed. SIGINT (Ctrl-C) and SIGTERM end it as they end any process: 130 and 143 \
      in a shell.
      """)

  @Argument(
    help: ArgumentHelp(
      "8080, 3000-3010, 53/udp, 127.0.0.1:8080, [::1]:8080, *:8080, a list such as 80,443, or names of hosts and services.",
      valueName: "port"),
    completion: Completions.port)
  var ports: [String]

  @Flag(help: "Wait until the ports are free.")
  var free = false

  @Flag(help: "Wait until something listens on each of them.")
  var listening = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The longest time to wait, such as 500ms, 30s or 5m; 0 looks only once. By default 5m, or until timers expire.",
      valueName: "time"))
  var timeout: String?

  /// Longer than servers take to start or to finish, and short enough for a script that waits in vain.
  static let standardTimeout = Duration.seconds(300)

  @Flag(help: "With --free: try a real bind() at every look. Each takes the port for a moment.")
  var probe = false

  @Flag(name: .shortAndLong, help: "Print nothing, unless it fails for another reason than the timeout.")
  var quiet = false

  @OptionGroup(title: "Who binds")
  var who: BindOptionsArguments

  @OptionGroup(title: "Where")
  var namespace: NamespaceOption

  func run() throws {
    let isForFree = try self.isForFree()
    let timeout = try self.timeout.map { text throws(CommandFailure) in
      try DurationArgument.parse(text, option: "--timeout")
    }
    let sockets = try unixArguments()
    try namespace.enter()
    if !sockets.isEmpty { return try wait(for: sockets, isForFree: isForFree, timeout: timeout) }
    let arguments = try arguments()
    if !quiet, let refusal = try SocketInspector().refusal {
      var remarks = Remarks()
      for transport in arguments.selection.transports { remarks.add(refusal.remarkOnSubstitution(for: transport)) }
      remarks.say()
    }
    if isForFree {
      try waitUntilFree(arguments, timeout)
    } else {
      try waitUntilListening(arguments, timeout)
    }
  }

  /// Waits, and shows how it goes. A signal ends the command.
  ///
  /// - Parameters:
  ///   - aim: The goal in words.
  ///   - outlastsTimers: Whether a wait without a timeout lasts as long as only timers block.
  func result(
    of goal: PortWait.Goal, _ aim: String, _ timeout: Duration?, outlastsTimers: Bool
  ) throws -> WaitResult {
    let wait = PortWait(
      goal, timeout: timeout ?? Self.standardTimeout, outlastsTimers: outlastsTimers && timeout == nil)
    let probes = probe
    var terminal = TerminalWait(
      progress: quiet ? .hidden : ProgressLine(aim), interruption: try Interruption(),
      remark: quiet ? nil : { WaitText.dependence($0.obstacle, probes: probes) })
    defer { terminal.clear() }
    let result = try wait.wait(in: &terminal)
    if result.outcome == .cancelled {
      terminal.clear()
      Interruption.endBySignal()
    }
    return result
  }

  /// Each look asks about every port by itself, so that more ports would take too long.
  static let mostPorts = 1000

  func arguments() throws(CommandFailure) -> PortArguments {
    let ranges = try PortRangeArgument.parse(ports)
    guard ranges.allSatisfy({ $0.first.port != 0 }) else {
      throw .usage("port 0 means any port; give the port to wait for")
    }
    let count = ranges.reduce(0) { $0 + $1.ports.count }
    guard count <= Self.mostPorts else {
      throw .usage("\(count) ports are too many to wait for; give up to \(Self.mostPorts)")
    }
    return PortArguments(
      try ranges.map { range throws(CommandFailure) in
        PortArguments.Part(range: range, transports: try range.first.transports(tcp: who.tcp, udp: who.udp))
      })
  }

  /// Whether --free was given, or --listening.
  private func isForFree() throws(CommandFailure) -> Bool {
    switch (free, listening) {
    case (true, true): throw .usage("--free and --listening exclude each other; give one of them")
    case (false, false):
      throw .usage("the condition to wait for is missing; \(timedLine ?? "give --free or --listening")")
    case (true, false): return true
    case (false, true):
      if probe { throw .usage("--probe tries a bind(), which --listening does not need; leave it out") }
      if let word = who.words.first {
        throw .usage("\(word) describes a bind(), which --listening does not need; leave it out")
      }
      return false
    }
  }

  /// The line for a habit of other tools, which take the seconds as a second argument.
  private var timedLine: String? {
    guard ports.count == 2, let port = ports.first, let seconds = ports.last,
      seconds.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else {
      return nil
    }
    let words = ["sockdiag", "wait", port, "--free", "--timeout", "\(seconds)s"]
    return "for a time: '\(words.map(ShellWord.quoted).joined(separator: " "))'"
  }

  private func waitUntilFree(_ arguments: PortArguments, _ timeout: Duration?) throws {
    let requests = try arguments.requests(asking: { try who.question($0) })
    do throws {
      let result = try result(
        of: .free(requests, probes: probe), "\(arguments.fullDescription) to be free", timeout, outlastsTimers: true)
      if result.isReached { return announce(["\(arguments.fullDescription) \(arguments.verb) free"]) }
      let left = result.diagnoses.filter { $0.verdict != .free }
      let sentence = WaitText.notFree(
        arguments.narrowed(to: left), left, after: result.limit, expected: result.status?.expected, probes: probe,
        hint: hint(arguments, left.first))
      try end(sentence)
    } catch let error as PortControlError where error.code == .permanentFailure {
      throw WaitText.failure(error, hint: hint(arguments, error.diagnosis))
    }
  }

  /// The command that says more about a port.
  private func hint(_ arguments: PortArguments, _ diagnosis: Diagnosis?) -> String {
    let port = arguments.narrowed(to: diagnosis.map { [$0] } ?? [])
    let transport = diagnosis?.request.protocol ?? .tcp
    var words = ["sockdiag", "why", port.port.text]
    if transport == .udp { words.append("--udp") }
    words += who.words
    if let name = namespace.netns { words += ["--netns", name] }
    return words.map(ShellWord.quoted).joined(separator: " ")
  }

  private func waitUntilListening(_ arguments: PortArguments, _ timeout: Duration?) throws {
    for part in arguments.parts { try part.range.first.requireInterface() }
    let result = try result(
      of: .listening(arguments.selection), "something to listen on \(arguments.fullDescription)", timeout,
      outlastsTimers: true)
    if result.isReached {
      return announce(
        WaitText.listens(
          result.ports.map { (arguments.narrowed(to: $0.number, $0.transport), $0.listeners.first) }))
    }
    let missing = result.ports.filter { !$0.isReached }
    let parts = missing.flatMap { arguments.narrowed(to: $0.number, $0.transport).parts }
    try end(
      WaitText.notListening(
        missing.count == result.ports.count ? arguments : PortArguments(parts), result.status?.obstacle,
        after: result.limit))
  }

  /// Tells a person at a terminal that the goal is reached. A script sees that from the status.
  func announce(_ sentences: @autoclosure () -> [String]) {
    guard !quiet, Terminal.rewritesStandardError else { return }
    for sentence in sentences() { Diagnostics.report(sentence) }
  }

  func end(_ sentence: String) throws {
    if !quiet { Diagnostics.report(sentence) }
    throw ExitCode(ExitStatus.negative.rawValue)
  }
}

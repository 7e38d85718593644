internal import ArgumentParser
internal import BindDiagnosis
internal import SockDiag

/// `sockdiag wait`: waits until a port is free, or until something listens on it.
struct Wait: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Waits until a port is free, or until something listens on it.",
    discussion: """
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

      It waits up to 5 minutes, and longer while only timers of the kernel are in the way: those of closed connections \
      (TIME_WAIT) run for a minute, others may be longer. With --timeout it waits exactly that long.

      It prints nothing, except on a terminal, where a line shows the progress. If it times out, one sentence on standard \
      error says what is in the way.

      Exit status: 0 condition met; 1 timed out; 64 wrong usage; 71 the kernel refused or failed, or bind() fails with \
      another error; 77 a privilege is missing. SIGINT (Ctrl-C) and SIGTERM end it as they end any process: 130 and 143 \
      in a shell.
      """)

  @Argument(
    help: ArgumentHelp(
      "The port, as number or name, and optionally the address; 53/udp is 53 with -u.", valueName: "[address:]port"),
    completion: Completions.port)
  var port: String

  @Flag(help: "Wait until the port is free.")
  var free = false

  @Flag(help: "Wait until something listens.")
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
    try namespace.enter()
    let port = try PortArgument(parsing: port)
    guard port.port != 0 else {
      throw CommandFailure.usage("port 0 means any port; give the port to wait for")
    }
    let transport = try who.transport(of: port)
    let title = "\(transport == .udp ? "UDP" : "TCP") \(port.place == .unnamed ? "port " : "")\(port.description)"
    if !quiet, let refusal = try SocketInspector().refusal {
      Diagnostics.report(refusal.remarkOnSubstitution(for: transport))
    }
    let interruption = try Interruption()
    let aim = isForFree ? "\(title) to be free" : "something to listen on \(title)"
    let progress = quiet ? .hidden : ProgressLine(aim)
    let probes = probe
    var waiter = Waiter(
      timeout: timeout ?? Self.standardTimeout, outlastsTimers: timeout == nil, progress: progress,
      interruption: interruption,
      remark: quiet ? nil : { WaitText.dependence($0.obstacle, probes: probes) })
    if isForFree {
      try waitUntilFree(transport, port, title, &waiter)
    } else {
      try waitUntilListening(transport, port, title, &waiter)
    }
  }

  /// Whether --free was given, or --listening.
  private func isForFree() throws(CommandFailure) -> Bool {
    switch (free, listening) {
    case (true, true): throw .usage("--free and --listening exclude each other; give one of them")
    case (false, false):
      throw .usage("the condition to wait for is missing; give --free or --listening")
    case (true, false): return true
    case (false, true):
      if probe { throw .usage("--probe tries a bind(), which --listening does not need; leave it out") }
      if let word = who.words.first {
        throw .usage("\(word) describes a bind(), which --listening does not need; leave it out")
      }
      return false
    }
  }

  private func waitUntilFree(
    _ transport: TransportProtocol, _ port: PortArgument, _ title: String, _ waiter: inout Waiter
  ) throws {
    var words = ["sockdiag", "why", port.text]
    if transport == .udp { words.append("--udp") }
    words += who.words
    if let name = namespace.netns { words += ["--netns", name] }
    let hint = words.map(ShellWord.quoted).joined(separator: " ")
    var goal = try FreePortGoal(try who.requests(port), probes: probe)
    do {
      switch try waiter.wait(for: &goal) {
      case .isReached: announce("\(title) is free")
      case .interrupted: Interruption.endBySignal()
      case .timedOut:
        let sentence = WaitText.notFree(
          title, goal.fullDiagnoses, after: waiter.limit, expected: waiter.status?.expected, probes: probe, hint: hint)
        try end(sentence)
      }
    } catch let failure as PermanentBindFailure {
      throw WaitText.failure(failure, hint: hint)
    }
  }

  private func waitUntilListening(
    _ transport: TransportProtocol, _ port: PortArgument, _ title: String, _ waiter: inout Waiter
  ) throws {
    try port.requireInterface()
    var goal = try ListeningPortGoal(transport, port: port.port, ListeningTarget(port))
    switch try waiter.wait(for: &goal) {
    case .isReached: announce(WaitText.listens(title, goal.listeners))
    case .interrupted: Interruption.endBySignal()
    case .timedOut: try end(WaitText.notListening(title, waiter.status?.obstacle, after: waiter.limit))
    }
  }

  /// Tells a person at a terminal that the goal is reached. A script sees that from the status.
  private func announce(_ sentence: @autoclosure () -> String) {
    if !quiet, Terminal.rewritesStandardError { Diagnostics.report(sentence()) }
  }

  private func end(_ sentence: String) throws {
    if !quiet { Diagnostics.report(sentence) }
    throw ExitCode(ExitStatus.negative.rawValue)
  }
}

internal import ArgumentParser
internal import BindDiagnosis
internal import SockDiag

/// `sockdiag wait`: waits until a port is free, or until something listens on it.
struct Wait: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Waits until a port is free, or until something listens on it.",
    discussion: """
      A port is free if 'sockdiag why' calls it free, for all addresses that it asks about. While only timers are in the \
      way, the wait sleeps until they run out. While processes are in the way, the kernel announces the end of their \
      sockets, which wakes it. If 'why' says that the answer depends on unknown facts, the wait goes on; --probe settles \
      that with a real bind(). Errors other than EADDRINUSE end the wait at once, since waiting does not help: a port that \
      needs a privilege, or an address that the host does not have (--freebind allows an address that it will get later). \
      An address that is still being checked for duplicates is waited for.

      Something listens if a client on this host that connects to the address and port would reach it: a listener there \
      or on all addresses, with -u a UDP socket that is bound and not connected. A listener that is bound to an interface \
      is reached at the addresses of that interface; write 10.0.0.1%eth0 for clients that come over eth0. Without an \
      address any listener counts, for a host name one of its addresses is enough, and for * both families are needed. \
      Packet filters are not considered.

      It waits up to 5 minutes, and longer while only timers of the kernel are in the way: those of closed connections \
      (TIME_WAIT) run for a minute, others may be longer. --timeout sets a limit that timers do not prolong.

      A terminal shows the progress in one line; nothing else is shown. After a timeout, one sentence on standard error \
      says what is in the way.

      Exit status: 0 condition met; 1 timed out; 64 wrong usage; 71 the kernel refused or failed, or bind() fails with \
      another error; 77 a privilege is missing. SIGINT (Ctrl-C) and SIGTERM end it as any other process: 130 and 143 in \
      a shell.
      """)

  @Argument(
    help: ArgumentHelp(
      "The port, by number or name, and the address if it matters; 53/udp is 53 with -u.", valueName: "[address:]port"))
  var port: String

  @Flag(help: "Wait until the port is free.")
  var free = false

  @Flag(help: "Wait until something listens.")
  var listening = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "For how long at most, such as 500ms, 30s or 5m; 0 looks only once. By default 5m, or until timers have run out.",
      valueName: "time"))
  var timeout: String?

  /// Longer than servers take to start or to finish, and short enough for a script that waits in vain.
  static let standardTimeout = Duration.seconds(300)

  @Flag(help: "With --free: let a bind() decide at every look. For a moment the port is taken.")
  var probe = false

  @Flag(name: .shortAndLong, help: "Say nothing, unless it fails for another reason than the time.")
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
      throw CommandFailure.usage("port 0 stands for any port; give the one to wait for")
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
    case (true, true): throw .usage("--free and --listening are two things to wait for; give one of them")
    case (false, false):
      throw .usage("nothing says what to wait for; give --free or --listening")
    case (true, false): return true
    case (false, true):
      if probe { throw .usage("--probe tries a bind(), which --listening does not ask about; leave it out") }
      if let word = who.words.first {
        throw .usage("\(word) says who binds, which --listening does not ask about; leave it out")
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

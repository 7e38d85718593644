internal import ArgumentParser
internal import BindDiagnosis
internal import BindTrace
internal import SockDiag
internal import SockDiagWire

/// `sockdiag why`: predicts whether bind() succeeds, and explains what is in the way.
struct Why: ParsableCommand {
  static let configuration = CommandConfiguration(
    _superCommandName: Sockdiag.name,
    abstract: "Says whether a port or UNIX socket can be bound; if not, what blocks it, until when, and what helps.",
    discussion: """
      The answer has at most ten lines; its first line holds the verdict and the process. -v adds the whole reasoning.

      It binds nothing, unless --probe is given. Without an address it answers for the addresses that servers bind by \
      default: 0.0.0.0, and [::] with IPv4. On a host without IPv6, where servers bind IPv4 alone, it answers for 0.0.0.0 \
      unless you give an IPv6 address.

      Socket options are read from the processes that hold the sockets, if this user may do so. Otherwise the answer names \
      the options that it depends on.

      A path is a UNIX socket: /run/app.sock, ./app.sock, unix:app.sock; @name is an abstract one. The answer says who \
      listens, whether the file is stale (no socket is behind it), what connect() answers, and whether the directory and \
      the permissions allow bind(). It creates no file. To see whether a socket is behind a file, it connects a datagram \
      socket to it, which no server notices.

      With --run it exits with the status of the command. While a program is watched, it does not get capabilities from its \
      file (setcap) or root from the setuid bit, which sudo needs, unless root watches.

      It diagnoses a failure of a program once and counts repeats. If the program still fails after 10 s, 20 s, 40 s and \
      so on, it looks again, and reports if something else is in the way. A run has at most 10 diagnoses and shows at most \
      40 different failures. Each failed connect() and each failed call on a UNIX socket is named in a line. Calls through \
      io_uring are not seen; it says so if the command uses io_uring.

      Exit status: 0 free; 1 in use; 2 it depends on facts that are unknown; 3 bind() fails with another error.
      """)

  @Argument(
    help: ArgumentHelp(
      "The port, as number or name, and optionally the address; 53/udp is 53 with -u. Or a UNIX socket: a path, or @name.",
      valueName: "[address:]port|path"),
    completion: Completions.port)
  var port: String?

  @Option(
    name: .customLong("run"), parsing: .remaining,
    help: ArgumentHelp(
      "Run a command, and diagnose each failed bind() and listen() of it and its children. All further arguments belong to it.",
      valueName: "command"), completion: .file())
  var command: [String] = []

  @Flag(help: "With --run: watch until all descendants of the command have ended.")
  var follow = false

  @OptionGroup(title: "Who binds")
  var who: BindOptionsArguments

  @OptionGroup(title: "Where")
  var namespace: NamespaceOption

  @Flag(help: "Settle it with a real bind(), closed at once. Exact, but it takes the port for a moment.")
  var probe = false

  @Option(
    help: ArgumentHelp(
      "Of a UNIX socket: stream, dgram or seqpacket; by default that of the socket which has the name, or stream.",
      valueName: "type"),
    completion: .list(["stream", "dgram", "seqpacket"]))
  var type: String?

  @Flag(name: .shortAndLong, help: "Also print the reasoning: each socket, each remedy, and what was checked.")
  var verbose = false

  @Flag(name: .shortAndLong, help: "One JSON object.")
  var json = false

  @OptionGroup
  var colour: ColourOption

  func run() throws {
    try checkCombination()
    let argument = try unixArgument()
    let start = try? NetworkNamespace.current()
    try namespace.enter()
    if port == nil {
      try watch(NamespaceNames(readers: start?.id.inode, given: namespace.netns))
    } else if let argument {
      try answer(argument)
    } else {
      try answer()
    }
  }

  private func checkCombination() throws(CommandFailure) {
    guard (port == nil) != watchedCommand.isEmpty else {
      throw .usage("give a port, such as 'sockdiag why 8080', or else --run and a command")
    }
    if watchedCommand.isEmpty {
      if follow { throw .usage("--follow is for --run; leave it out, or give a command to run") }
      return
    }
    var asked = who
    // --as still matters: it decides how the answer spells socket options.
    asked.preset = nil
    let words = asked.words + (who.tcp ? ["--tcp"] : []) + (who.udp ? ["--udp"] : []) + (probe ? ["--probe"] : [])
    if let word = words.first {
      throw .usage("\(word) describes a bind(), but with --run the failed call does; leave it out")
    }
  }

  /// The words behind --run. Many tools end their own options with `--`, so it may stand there too.
  private var watchedCommand: [String] { Array(command.first == "--" ? command.dropFirst() : command[...]) }

  /// Runs the command, and ends with its status.
  private func watch(_ names: NamespaceNames) throws {
    var watched = try WatchedRun(
      watchedCommand, followsDescendants: follow, preset: who.preset, writesJSON: json, isVerbose: verbose,
      terminal: .standardError(colour.color), names: names)
    switch try watched.run() {
    case .exited(let code): throw ExitCode(code)
    case .signalled(let number, _): SignalDeath.die(of: number)
    }
  }

  private func answer() throws {
    // Only these forms show the holders of listeners in other namespaces that take a search through all processes.
    let effort: Diagnostician.Effort = verbose || json ? .harmless : .standard
    let diagnoses = try Progress.during("looking at the port") { try self.diagnoses(effort) }
    let port = try port.map { text throws(CommandFailure) in try PortArgument(parsing: text) }
    let leavesOutIPv6 = try port.map { try who.question(of: $0).leavesOutIPv6($0) } ?? false
    var output = ByteOutput()
    output.bytes +=
      json
      ? encoded(diagnoses)
      : text(diagnoses, .standardOutput(colour.color), leavesOutIPv6: leavesOutIPv6)
    try output.flush()
    let status = WhyStatus(diagnoses)
    if status != .free { throw ExitCode(status.rawValue) }
  }

  /// The diagnosis of each address, in the network namespace of the calling thread.
  func diagnoses(_ effort: Diagnostician.Effort = .standard) throws -> [Diagnosis] {
    let requests = try port.map { try who.requests(PortArgument(parsing: $0)) } ?? []
    var diagnostician = try Diagnostician()
    return try diagnostician.diagnose(requests, probe ? effort.union(.probe) : effort)
  }

  func text(_ diagnoses: [Diagnosis], _ terminal: Terminal = .plain, leavesOutIPv6: Bool = false) -> [UInt8] {
    var context = WhyContext(preset: who.preset ?? .c, namespace: namespace.netns)
    context.leavesOutIPv6 = leavesOutIPv6
    context.question = question
    if let port = try? port.map({ try PortArgument(parsing: $0) }), case .unnamed = port.place, port.port != 0 {
      context.namesAddress = false
    }
    var text = DiagnosisText(context, terminal)
    if verbose { text.append(diagnoses) } else { text.appendShort(diagnoses) }
    return text.bytes
  }

  /// The command line of this question, without how to print the answer.
  var question: String? {
    guard let port else { return nil }
    let words =
      [port] + who.words + (type.map { ["--type", $0] } ?? []) + (who.tcp ? ["--tcp"] : []) + (who.udp ? ["--udp"] : [])
      + (probe ? ["--probe"] : [])
      + (namespace.netns.map { ["--netns", $0] } ?? [])
    return "sockdiag why \(words.map(ShellWord.quoted).joined(separator: " "))"
  }

  func encoded(_ diagnoses: [Diagnosis]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendJSONLine(WhyFields(diagnoses: diagnoses, preset: who.preset ?? .c, namespace: namespace.netns))
    return bytes
  }
}

internal import ArgumentParser
internal import BindDiagnosis
internal import BindTrace
internal import SockDiag
internal import SockDiagWire

/// `sockdiag why`: would bind() succeed, and if not, what is in the way.
struct Why: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says whether a port can be bound, what is in the way, until when, and what helps.",
    discussion: """
      Nothing is bound for the answer, unless --probe is given. Without an address it answers for those that servers bind \
      when they are given none: 0.0.0.0, and [::] with IPv4.

      On a host without IPv6 servers bind IPv4 alone, and so the answer is about 0.0.0.0 alone, unless an IPv6 address is \
      given.

      Socket options are read from the processes that hold the sockets, where this user may do so; otherwise the answer says \
      what it depends on.

      With --run the exit status is the command's own. What a program gets by its file, from setcap or from the bit that makes \
      sudo root, it does not get while it is watched, unless root watches.

      The same failure of the same program is diagnosed once, and its repeats are counted; when it still fails after 10 s, 20 s, \
      40 s and so on, it is looked at again and reported if something else is in the way by then. A run has at most 10 diagnoses \
      and shows at most 40 different failures. connect() and UNIX sockets that fail are named in a line. Calls through io_uring \
      are not seen, which is said where the command uses it.

      Exit status: 0 free; 1 in use; 2 it depends on what cannot be seen; 3 bind() fails with another error.
      """)

  @Argument(
    help: ArgumentHelp(
      "The port, by number or name, and the address if it matters; 53/udp is 53 with -u.", valueName: "[address:]port"))
  var port: String?

  @Option(
    name: .customLong("run"), parsing: .remaining,
    help: ArgumentHelp(
      "Run a command, and diagnose each bind() and listen() of it and its children that fails. What follows is its own.",
      valueName: "command"))
  var command: [String] = []

  @Flag(help: "With --run: watch until all descendants of the command have ended too.")
  var follow = false

  @OptionGroup(title: "Who binds")
  var who: BindOptionsArguments

  @OptionGroup(title: "Where")
  var namespace: NamespaceOption

  @Flag(help: "Bind for the answer, and let go at once: exact, but for a moment the port is taken.")
  var probe = false

  @Flag(help: "One JSON object.")
  var json = false

  func run() throws {
    try checkCombination()
    let start = NetworkNamespaceID.ofCallingThread
    try namespace.enter()
    if port == nil { try watch(NamespaceNames(readers: start, given: namespace.netns)) } else { try answer() }
  }

  private func checkCombination() throws(CommandFailure) {
    guard (port == nil) != command.isEmpty else {
      throw .usage("give a port, such as 'sockdiag why 8080', or else --run and a command")
    }
    if command.isEmpty {
      if follow { throw .usage("--follow is for --run; leave it out, or give a command to run") }
      return
    }
    var asked = who
    // How a program of its kind sets options is worth knowing all the same.
    asked.preset = nil
    let words = asked.words + (who.tcp ? ["--tcp"] : []) + (who.udp ? ["--udp"] : []) + (probe ? ["--probe"] : [])
    if let word = words.first {
      throw .usage("\(word) says what to ask, but with --run the failing socket tells it; leave it out")
    }
  }

  /// Runs the command, and ends as it does.
  private func watch(_ names: NamespaceNames) throws {
    var watched = try WatchedRun(
      command, followsDescendants: follow, preset: who.preset, writesJSON: json, names: names)
    switch try watched.run() {
    case .exited(let code): throw ExitCode(code)
    case .signalled(let number, _): SignalDeath.die(of: number)
    }
  }

  private func answer() throws {
    let diagnoses = try diagnoses()
    let leavesOutIPv6 = try port.map { try who.leavesOutIPv6(PortArgument(parsing: $0)) } ?? false
    var output = ByteOutput()
    output.bytes +=
      json
      ? encoded(diagnoses)
      : text(diagnoses, showsColour: Terminal.standardOutput.showsColour, leavesOutIPv6: leavesOutIPv6)
    try output.flush()
    let status = WhyStatus(diagnoses)
    if status != .free { throw ExitCode(status.rawValue) }
  }

  /// The answers for each of the addresses, in the network namespace of the calling thread.
  func diagnoses(_ effort: Diagnostician.Effort = .harmless) throws -> [Diagnosis] {
    let requests = try port.map { try who.requests(PortArgument(parsing: $0)) } ?? []
    var diagnostician = try Diagnostician()
    return try requests.map { try diagnostician.diagnose($0, probe ? effort.union(.probe) : effort) }
  }

  func text(_ diagnoses: [Diagnosis], showsColour: Bool = false, leavesOutIPv6: Bool = false) -> [UInt8] {
    var text = DiagnosisText(
      preset: who.preset ?? .c, namespace: namespace.netns, showsColour: showsColour, leavesOutIPv6: leavesOutIPv6)
    text.append(diagnoses)
    return text.bytes
  }

  func encoded(_ diagnoses: [Diagnosis]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendJSONLine(WhyFields(diagnoses: diagnoses, preset: who.preset ?? .c, namespace: namespace.netns))
    return bytes
  }
}

/// The exit status of `why`, which a script asks instead of reading.
enum WhyStatus: Int32 {
  case free = 0
  case conflict = 1
  case depends = 2
  case error = 3

  /// The worst of several.
  init(_ diagnoses: [Diagnosis]) {
    let verdicts = diagnoses.map(\.verdict)
    if verdicts.contains(.conflict) {
      self = .conflict
    } else if verdicts.contains(where: { if case .error = $0 { true } else { false } }) {
      self = .error
    } else {
      self = verdicts.contains(.depends) ? .depends : .free
    }
  }
}

internal import ArgumentParser
internal import Glibc
internal import SockDiagWire
internal import SocketLaboratory

/// `sockdiag demo`: builds a situation in which a port is in use, and shows the answer of `why`.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Builds a situation in which a port is in use or free, and shows the answer of 'why'.",
    discussion: """
      Without an argument it lists the situations. As root (CAP_SYS_ADMIN) it builds them in a new network namespace. \
      Other users get them on free ports of 127.0.0.1; some situations need root.

      On a terminal it waits for Enter. Until then you can look at the sockets from another shell; it prints the commands. \
      Its sockets are closed when it ends. Outside a namespace of its own, time-wait records remain for a minute.

      Exit status: 0, whatever 'why' answers; 77 if this user cannot build the situation.
      """)

  @Argument(help: ArgumentHelp("The name of the situation.", valueName: "situation"), completion: Completions.situation)
  var situation: String?

  @Option(help: ArgumentHelp("Keep it for this time, such as 30s, or until it is interrupted.", valueName: "time"))
  var hold: String?

  func run() throws {
    let hold = try hold.map { text throws(CommandFailure) in try DurationArgument.parse(text, option: "--hold") }
    guard let situation else { return try Self.list() }
    guard let found = BindSituation.named(situation) else {
      let suggestion = NearestNames.suggestion(
        for: situation, among: BindSituation.all.map(\.name), otherwise: "'sockdiag demo' lists them")
      throw CommandFailure.usage("'\(situation)' is not a situation; \(suggestion)")
    }
    let stay = Stay(hold: hold)
    // Before anything is built, so that a signal leaves nothing behind.
    let interruption = try Interruption()
    do {
      if LabNamespace.isPermitted {
        try LabNamespace.withNew { namespace in
          let place = "a network namespace of its own, in which the thread \(namespace.threadID) lives"
          try DemoPage(found, Laboratory(in: namespace), .inNamespace, netns: String(namespace.threadID))
            .show(builtIn: place, stay, interruption)
        }
      } else {
        if let reason = found.namespaceReason {
          throw CommandFailure(.noPermission, "cannot build \(found): \(reason); run it as root")
        }
        try LabNamespace.withCurrent { namespace in
          let laboratory = try Laboratory(in: namespace)
          try DemoPage(found, laboratory, try BindPlace.onHost(laboratory), netns: nil)
            .show(
              builtIn: "this network namespace, on loopback, where time-wait outlives it by up to a minute", stay,
              interruption)
        }
      }
    } catch let error as LaboratoryError {
      let status: ExitStatus = error.code == .unsupported ? .noPermission : .system
      throw CommandFailure(status, "cannot build \(found): \(error.description)")
    }
  }

  /// A pipe gets each situation in one line, for completions and `grep`.
  private static func list() throws {
    var output = ByteOutput()
    let terminal = Terminal.standardOutput()
    let width = 2 + (BindSituation.all.map(\.name.utf8.count).max() ?? 0)
    var prose = Prose(terminal)
    for situation in BindSituation.all {
      let name = situation.name + String(repeating: " ", count: width - situation.name.utf8.count)
      if terminal.isTerminal {
        prose.line(name + situation.summary, hanging: width)
      } else {
        output.appendLine(name + situation.summary)
      }
    }
    output.bytes += prose.bytes
    try output.flush()
  }

  /// How long the situation is kept after it was shown.
  enum Stay {
    case none
    case untilEnter
    case until(milliseconds: Int32)

    init(hold: Duration?) {
      if let hold {
        self = .until(milliseconds: Int32(clamping: Int64(hold / .milliseconds(1))))
      } else {
        // A pager that reads the output uses the same keyboard.
        self = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 ? .untilEnter : .none
      }
    }
  }
}

internal import ArgumentParser
internal import Glibc
internal import SockDiagWire
internal import SocketLaboratory

/// `sockdiag demo`: a port in use to learn from.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Builds a situation in which a port is in use, or is not, and shows what 'why' says to it.",
    discussion: """
      Without a situation it lists them. As root (CAP_SYS_ADMIN) it builds in a network namespace of its own, otherwise on \
      free ports of 127.0.0.1, as far as that goes.

      On a terminal it waits for Enter, so that you may look from another shell; the commands for that are printed. \
      Whatever ends it, what it built goes with it; but in a namespace that is not its own, time-wait stays for its minute.

      Exit status: 0, whatever 'why' says; 77 if this user cannot build the situation.
      """)

  @Argument(help: ArgumentHelp("Which situation.", valueName: "situation"))
  var situation: String?

  @Option(help: ArgumentHelp("Keep it for so long, such as 30s, or until it is interrupted.", valueName: "time"))
  var hold: String?

  func run() throws {
    let hold = try hold.map { text throws(CommandFailure) in try DurationArgument.parse(text, option: "--hold") }
    guard let situation else { return try Self.list() }
    guard let found = BindSituation.named(situation) else {
      let cure = NearestNames.cure(
        for: situation, among: BindSituation.all.map(\.name), otherwise: "'sockdiag demo' lists them")
      throw CommandFailure.usage("'\(situation)' is not a situation; \(cure)")
    }
    let stay = Stay(hold: hold)
    // Before anything is built, so that a signal leaves nothing behind.
    let interruption = try Interruption()
    do {
      if NetworkNamespace.isPermitted {
        try NetworkNamespace.withNew { namespace in
          let place = "a network namespace of its own, in which the thread \(namespace.threadID) lives"
          try DemoPage(found, Laboratory(in: namespace), .inNamespace, netns: String(namespace.threadID))
            .show(builtIn: place, stay, interruption)
        }
      } else {
        if let reason = found.namespaceReason {
          throw CommandFailure(.noPermission, "cannot build \(found): \(reason); run it as root")
        }
        try NetworkNamespace.withCurrent { namespace in
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

  private static func list() throws {
    var output = ByteOutput()
    let width = BindSituation.all.map(\.name.count).max() ?? 0
    for situation in BindSituation.all {
      let gap = String(repeating: " ", count: width - situation.name.count + 2)
      output.bytes.append(contentsOf: "\(situation)\(gap)\(situation.summary)\n".utf8)
    }
    try output.flush()
  }

  /// For how long the situation is kept after it was shown.
  enum Stay {
    case none
    case untilEnter
    case until(milliseconds: Int32)

    init(hold: Duration?) {
      if let hold {
        let (seconds, attoseconds) = hold.components
        self = .until(milliseconds: Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000))
      } else {
        // A pager at the other end of the output reads the same keyboard.
        self = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 ? .untilEnter : .none
      }
    }
  }
}

import FoundationEssentials
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// However the live table ends, the terminal is as it was before.
@Suite(.enabled(if: TerminalPane.isPossible, "needs tmux, and the right to make network namespaces"))
struct WatchEndingTests {
  /// A way to end, and what a shell sees of it.
  struct Ending: CustomStringConvertible, Sendable {
    let description: String
    var status: Int32 = 0
    /// Keys, by their names in tmux.
    var keys: [String] = []
    /// A signal, by its name.
    var signal: String?

    /// The thread sanitizer hands on a signal that reports an error of the program at once, even one that was sent while
    /// the sanitizer holds a lock of its own. The handler then waits for that lock for ever.
    static let all = LaboratoryBuild.isThreadSanitized ? orderly : orderly + errors

    private static let orderly = [
      Ending(description: "q", keys: ["q"]), Ending(description: "Ctrl-C", keys: ["C-c"]),
      Ending(description: "Ctrl-C in a filter", keys: ["/", "x", "C-c"]),
      Ending(description: "Ctrl-\\", status: 131, keys: ["C-\\"]),
      Ending(description: "SIGINT", signal: "INT"), Ending(description: "SIGTERM", signal: "TERM"),
      Ending(description: "SIGHUP", status: 129, signal: "HUP"),
      Ending(description: "SIGUSR1", status: 138, signal: "USR1"),
    ]
    private static let errors = [
      Ending(description: "SIGPIPE", status: 141, signal: "PIPE"),
      Ending(description: "SIGSEGV", status: 139, signal: "SEGV"),
      Ending(description: "SIGTRAP", status: 133, signal: "TRAP"),
      Ending(description: "SIGABRT", status: 134, signal: "ABRT"),
      Ending(description: "SIGBUS", status: 135, signal: "BUS"),
    ]
  }

  /// An interactive shell that runs the live table as a job.
  final class Shell {
    let pane: TerminalPane
    private let namespace: LabNamespace
    private let folder: String

    init(_ laboratory: Laboratory) throws {
      namespace = laboratory.namespace
      folder = FileManager.default.temporaryDirectory.path + "/sockdiag-watch-\(UInt64.random(in: 0 ... .max))"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      pane = try TerminalPane(
        in: namespace, columns: 80, rows: 20, running: ["bash", "--norc", "--noprofile", "-i"],
        environment: [
          "TERM": "xterm-256color", "PS1": "ready: ", "SWIFT_BACKTRACE": "enable=no", "SOCKDIAG": try Tool.path,
          // The sanitizer would report a signal that a test sends, and end the table in its own way.
          "ASAN_OPTIONS": "handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigtrap=0",
        ])
      try pane.wait(untilScreen: "a prompt") { $0.contains("ready:") }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Runs the table, between two readings of the settings of the terminal. No file of a crash is written. The path of the
    /// command is not typed: where a long one is folded, a line may look like the title of the table.
    func begin() throws {
      let run = "sh -c 'ulimit -c 0; echo $$ >\(folder)/pid; exec \"$SOCKDIAG\" watch --every 100ms'"
      try pane.type(text: "stty -g >\(folder)/before; \(run); echo status $?; stty -g >\(folder)/after")
      try pane.type("Enter")
      try waitForTable()
    }

    func waitForTable() throws {
      try pane.wait(untilScreen: "the table") { $0[0].hasPrefix("sockdiag watch") && $0[19].hasPrefix("h help") }
      let modes = try pane.modes
      #expect(modes.isAlternate && !modes.hasCursor)
    }

    /// The process of the table.
    var pid: String { get throws { try text("pid") } }

    func send(_ signal: String) throws {
      #expect(try namespace.run(["kill", "-\(signal)", pid]).status == 0)
    }

    /// Waits for the end of the table, and compares the terminal with that of before.
    func expectEnd(_ status: Int32) throws {
      // With the prompt, or what is typed next would stand before it.
      let screen = try pane.wait(untilScreen: "status \(status)") {
        $0.contains("status \(status)") && $0.contains("ready:")
      }
      // What was on the screen before is there again, and the table is not.
      #expect(screen[0].hasPrefix("ready: stty -g"), "\(screen)")
      #expect(!screen.contains { $0.hasPrefix("sockdiag watch") })
      try pane.type(text: "echo typed")
      try pane.type("Enter")
      try pane.wait(untilScreen: "what is typed") { $0.contains("ready: echo typed") && $0.contains("typed") }
      let modes = try pane.modes
      #expect(!modes.isAlternate && modes.hasCursor)
      #expect(try text("before") == text("after"))
    }

    private func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), as: UTF8.self)
        .split(separator: "\n").joined()
    }
  }

  private static func with(_ body: @escaping @Sendable (Shell, LabNamespace) throws -> Void) async throws {
    try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 4000))
      try withExtendedLifetime(listener) { try body(Shell(laboratory), laboratory.namespace) }
    }
  }

  @Test(arguments: Ending.all) func terminalIsGivenBack(_ ending: Ending) async throws {
    try await Self.with { shell, _ in
      try shell.begin()
      for key in ending.keys { try shell.pane.type(key) }
      if let signal = ending.signal { try shell.send(signal) }
      try shell.expectEnd(ending.status)
    }
  }

  @Test func stoppedTableGivesTheTerminalBackAndContinues() async throws {
    try await Self.with { shell, _ in
      try shell.begin()
      for stop in [{ try shell.pane.type("C-z") }, { try shell.send("TSTP") }] {
        try stop()
        try shell.pane.wait(untilScreen: "the shell") { lines in
          lines.contains { $0.contains("Stopped") } && !lines[0].hasPrefix("sockdiag watch")
        }
        let modes = try shell.pane.modes
        #expect(!modes.isAlternate && modes.hasCursor)
        try shell.pane.type(text: "clear; fg")
        try shell.pane.type("Enter")
        try shell.waitForTable()
        // Keys arrive at once, without Enter.
        try shell.pane.type("s")
        try shell.pane.wait(untilScreen: "another order") { !$0[0].contains("by rate") }
        try shell.pane.type("1")
        try shell.pane.wait(untilScreen: "the first order") { $0[0].contains("by rate") }
      }
      try shell.pane.type("q")
      try shell.pane.wait(untilScreen: "the shell") { $0.contains { $0.hasSuffix("ready:") } }
      let modes = try shell.pane.modes
      #expect(!modes.isAlternate && modes.hasCursor)
    }
  }

  /// SIGSTOP cannot be caught, so the shell has to work on the terminal as it is.
  @Test func tableIsDrawnAnewAfterSIGSTOP() async throws {
    try await Self.with { shell, namespace in
      try shell.begin()
      try shell.send("STOP")
      try shell.pane.wait(untilScreen: "the shell") { $0.contains { $0.contains("Stopped") } }
      try shell.pane.type(text: "fg")
      try shell.pane.type("Enter")
      try shell.pane.wait(untilScreen: "the table alone") { lines in
        lines[0].hasPrefix("sockdiag watch") && !lines.contains { $0.contains("Stopped") }
      }
      try shell.pane.type("q")
      try shell.pane.wait(untilScreen: "the shell") { $0.contains { $0.hasSuffix("ready:") } }
      #expect(try !shell.pane.modes.isAlternate)
    }
  }

  @Test func closedTerminalEndsTheTable() async throws {
    try await Self.with { shell, namespace in
      try shell.begin()
      let pid = try shell.pid
      try shell.pane.closeTerminal()
      let complaints = try settled { try namespace.run(["kill", "-0", pid]).status == 0 ? ["\(pid) runs"] : [] }
      #expect(complaints == [])
    }
  }

  @Test(.enabled(if: LabNamespace.hasProgram("prlimit"), "needs prlimit"))
  func failureOfTheKernelIsReportedOnTheTerminalOfBefore() async throws {
    try await Self.with { shell, namespace in
      try shell.begin()
      // No further descriptor: another filter needs sockets of its own.
      #expect(try namespace.run(["prlimit", "--pid", shell.pid, "--nofile=8:8"]).status == 0)
      try shell.pane.type("/")
      try shell.pane.type(text: "sport = :1")
      try shell.pane.type("Enter")
      try shell.expectEnd(ExitStatus.system.rawValue)
      let screen = try shell.pane.screen
      #expect(screen.contains { $0.hasPrefix("sockdiag: ") && $0.contains("Too many open files") }, "\(screen)")
    }
  }
}

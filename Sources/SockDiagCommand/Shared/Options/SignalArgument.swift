internal import Glibc
internal import SockDiagWire

/// A signal on the command line: `TERM`, `SIGTERM`, `term`, `15`.
struct SignalArgument: Hashable {
  var number: Int32

  static let terminate = SignalArgument(number: SIGTERM)
  static let kill = SignalArgument(number: SIGKILL)

  private static let names: [(name: String, number: Int32)] = [
    ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ABRT", SIGABRT), ("KILL", SIGKILL), ("USR1", SIGUSR1),
    ("USR2", SIGUSR2), ("PIPE", SIGPIPE), ("ALRM", SIGALRM), ("TERM", SIGTERM), ("CONT", SIGCONT), ("STOP", SIGSTOP),
    ("TSTP", SIGTSTP), ("TTIN", SIGTTIN), ("TTOU", SIGTTOU), ("WINCH", SIGWINCH), ("PWR", SIGPWR),
  ]

  /// The names, for a shell to offer.
  static var allNames: [String] { names.map(\.name) }

  private init(number: Int32) { self.number = number }

  init(parsing text: String) throws(CommandFailure) {
    let upper = text.uppercased()
    let name = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
    if let known = Self.names.first(where: { $0.name == name }) {
      number = known.number
    } else if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int32(text) {
      // Signal 0 only checks the permission; 64 is the last real-time signal.
      guard 1...64 ~= number else { throw .usage("--signal: \(number) is not a signal; signals are 1 to 64") }
      self.number = number
    } else {
      let cure = NearestNames.cure(
        for: name.lowercased(), among: Self.names.map { $0.name.lowercased() },
        otherwise: "write a name such as TERM, INT or HUP, or a number")
      throw .usage("--signal: '\(text)' is not a signal; \(cure)")
    }
  }

  /// The name with its prefix, or the number of a signal without a name in this list.
  var description: String { Self.names.first { $0.number == number }.map { "SIG\($0.name)" } ?? "signal \(number)" }
}

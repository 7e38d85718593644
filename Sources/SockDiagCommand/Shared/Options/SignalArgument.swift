internal import Glibc
internal import PortControl
internal import SockDiagWire

/// A signal on the command line: `TERM`, `SIGTERM`, `term`, `15`.
enum SignalArgument {
  /// The names, for a shell to offer.
  static var allNames: [String] { ProcessSignal.names.map(\.name) }

  static func parse(_ text: String) throws(CommandFailure) -> ProcessSignal {
    let names = ProcessSignal.names
    let upper = text.uppercased()
    let name = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
    if let known = names.first(where: { $0.name == name }) { return ProcessSignal(rawValue: known.number) }
    if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int32(text) {
      // Signal 0 only checks the permission; 64 is the last real-time signal.
      guard 1...64 ~= number else { throw .usage("--signal: \(number) is not a signal; signals are 1 to 64") }
      return ProcessSignal(rawValue: number)
    }
    let suggestion = NearestNames.suggestion(
      for: name.lowercased(), among: names.map { $0.name.lowercased() },
      otherwise: "write a name such as TERM, INT or HUP, or a number")
    throw .usage("--signal: '\(text)' is not a signal; \(suggestion)")
  }
}

import BindTrace
import Glibc
import SockDiagWire

/// Watches a command from a separate process, so that a test can signal and kill the watcher:
///
/// bind-trace-runner [--follow] [--detach] COMMAND …
///
/// prints a line to standard error for each call, and one with the number of calls that could not be examined, if any.
/// It ends as the command did.
@main enum BindTraceRunner {
  static func main() {
    var arguments = Array(CommandLine.arguments.dropFirst())
    var options: Set<String> = []
    while let first = arguments.first, first.hasPrefix("--") { options.insert(arguments.removeFirst()) }
    do {
      let tracer = BindTracer(arguments, followsDescendants: options.contains("--follow"))
      let report = try tracer.run { call in
        write("\(call.kind) \(call.address.map(\.description) ?? call.unixName ?? "-") \(call.errno)\n")
        return options.contains("--detach") ? .detach : .continue
      }
      if report.unexaminedCallCount > 0 { write("unexamined \(report.unexaminedCallCount)\n") }
      switch report.ending {
      case .exited(let code): exit(code)
      case .signalled(let number, _): exit(128 + number)
      }
    } catch {
      write("\(error)\n")
      exit((error as? BindTraceError)?.code == .notFound ? 127 : 126)
    }
  }

  private static func write(_ text: String) {
    // SAFETY: the bytes are there during the call.
    _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
  }
}

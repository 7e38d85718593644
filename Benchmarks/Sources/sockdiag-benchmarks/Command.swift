import CHarness
import FoundationEssentials

/// A program and its arguments.
struct Command {
  let path: String
  let arguments: [String]
  /// The exit status of a run that did its work.
  var expectedStatus: Int32 = 0

  /// As a person would type it.
  var name: String {
    let program = path.split(separator: "/").last.map(String.init) ?? path
    return ([program] + arguments).joined(separator: " ")
  }

  /// The form that the C side splits: one argument per line.
  var lines: String {
    ([path] + arguments).joined(separator: "\n")
  }

  /// Finds a program by path, or by name in PATH. Nil if there is none.
  static func find(_ name: String) -> String? {
    if name.contains("/") { return isFile(name) ? name : nil }
    return searchPath.lazy.map { "\($0)/\(name)" }.first(where: isFile)
  }

  // On some systems ss is in sbin, which is not in the PATH of a plain user.
  private static var searchPath: [String] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    return path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
  }

  private static func isFile(_ path: String) -> Bool {
    // SAFETY: the string lives through the call, and a capacity of 0 writes nothing.
    unsafe harness_read_file(path, nil, 0) == 0
  }

  /// Runs it to its end. Returns the number of printed lines if they are counted; otherwise the output goes to
  /// /dev/null.
  func run(countingLines: Bool) throws -> Int {
    // SAFETY: the string lives through the call, and the callee keeps no pointer to it.
    let outcome = unsafe harness_run(lines, countingLines)
    guard outcome.status == expectedStatus else {
      throw BenchmarkError("`\(name)` ended with \(outcome.status)")
    }
    return outcome.lines
  }
}

internal import FoundationEssentials
public import SocketLaboratory

/// A program in a pane of tmux: a real terminal with a width, which wraps what is wider.
///
/// Each pane has a tmux server of its own in the network namespace. The server ends with the pane, and by itself after a
/// while if this process is killed.
public final class TerminalPane {
  /// The number of columns of the pane.
  public let columns: Int
  private let namespace: LabNamespace
  private let folder: String
  private let marker: String
  private var hasEnded = false

  /// Whether tmux is here, and may be used in a network namespace.
  public static var isPossible: Bool { LabNamespace.hasProgram("tmux") && LabNamespace.isPermitted }

  /// The options of the sanitizers, which tmux would not hand on. Without them, reports that are known to be false would be
  /// part of the screen.
  private static var sanitizerOptions: [String: String] {
    ProcessInfo.processInfo.environment.filter { $0.key.hasSuffix("SAN_OPTIONS") }
  }

  /// Starts a program in a new pane.
  ///
  /// - Parameters:
  ///   - rows: The rows of the pane. Rows that leave it at the top stay in its history.
  ///   - words: The program, looked up in `PATH`, and its arguments.
  ///   - environment: Variables beside `PATH`, `HOME` and the `TERM` of tmux, such as `NO_COLOR`.
  /// - Throws: ``LaboratoryError``.
  public init(
    in namespace: LabNamespace, columns: Int, rows: Int = 60, running words: [String],
    environment: [String: String] = [:]
  ) throws {
    (self.namespace, self.columns) = (namespace, columns)
    let number = UInt64.random(in: 0 ... .max)
    folder = FileManager.default.temporaryDirectory.path + "/sockdiag-terminal-\(number)"
    // It has to fit on a row of a narrow pane.
    marker = "end-\(number % 1_000_000)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let variables = environment.merging(Self.sanitizerOptions) { given, _ in given }.map { "\($0.key)=\($0.value)" }
      .sorted()
    // The marker ends a line of its own, also if the program leaves its last line open. The pause keeps the pane, and ends
    // the server some time after a crash of this process.
    // The trap keeps the shell when Ctrl-C ends the program.
    let script = "trap : INT; timeout --foreground 120 \"$@\"; printf '\\n%s %d\\n' \(marker) $?; exec sleep 120"
    let pane = ["/bin/sh", "-c", script, "sh", "env"] + variables + words
    do {
      // tmux runs these commands before it reads from the pane, so the pipe misses nothing.
      try tmux(
        ["new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"] + pane + [
          ";", "pipe-pane", "-O", "exec cat >'\(folder)/output'",
        ])
    } catch {
      close()
      throw error
    }
  }

  deinit { close() }

  /// Waits until the program has written a text.
  ///
  /// - Throws: ``LaboratoryError`` if the text does not come.
  public func wait(for text: String) throws {
    let deadline = Deadline(after: .seconds(180))
    while !output.contains(text) {
      guard !deadline.hasPassed else {
        throw LaboratoryError(.timeout, "the terminal did not show '\(text)', but: \(output)")
      }
      Deadline.pause()
    }
  }

  /// Types keys by their names in tmux, such as `n`, `Enter` or `C-c`.
  public func type(_ keys: String...) throws { try tmux(["send-keys"] + keys) }

  /// Waits for the end of the program, reads the screen and closes the pane.
  public func end() throws -> TerminalScreen {
    try wait(for: "\(marker) ")
    let separator = "between-captures"
    let text = try tmux([
      "capture-pane", "-p", "-S", "-", ";", "display-message", "-p", separator, ";", "capture-pane", "-p", "-J", "-S",
      "-",
    ])
    let captures = text.split(separator: "\(separator)\n", omittingEmptySubsequences: false)
    let written = output
    close()
    guard captures.count == 2, let end = written.firstRange(of: "\(marker) ") else {
      throw LaboratoryError(.misuse, "tmux answered: \(text)")
    }
    let status = written[end.upperBound...].prefix { $0.isNumber }
    return TerminalScreen(
      columns: columns, rows: lines(String(captures[0])), lines: lines(String(captures[1])),
      written: String(written[..<end.lowerBound]), status: Int32(status) ?? -1)
  }

  /// The lines of a capture before the marker. tmux fills some lines with blanks.
  private func lines(_ capture: String) -> [String] {
    var lines = capture.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
    if let end = lines.firstIndex(where: { $0.hasPrefix(marker) }) { lines.removeSubrange(end...) }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// All that the program has written so far.
  private var output: String {
    String(decoding: (try? Data(contentsOf: URL(filePath: "\(folder)/output"))) ?? Data(), as: UTF8.self)
  }

  private func close() {
    guard !hasEnded else { return }
    hasEnded = true
    _ = try? tmux(["kill-server"])
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Runs commands of the pane's server.
  @discardableResult
  func tmux(_ words: [String]) throws -> String {
    let environment = [
      "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "LC_ALL=C.UTF-8", "SHELL=/bin/sh", "TMUX_TMPDIR=\(folder)",
    ]
    let result = try namespace.run(["env"] + environment + ["tmux", "-u", "-L", "pane", "-f", "/dev/null"] + words)
    guard result.status == 0 else {
      throw LaboratoryError(.unsupported, "run tmux: \(result.errorText)")
    }
    return result.outputText
  }
}

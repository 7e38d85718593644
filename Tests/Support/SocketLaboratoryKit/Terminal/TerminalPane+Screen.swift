internal import SocketLaboratory

/// A program that draws on the whole screen.
extension TerminalPane {
  /// What the terminal shows now: a line for each row, without blanks at the ends.
  public var screen: [String] {
    get throws {
      try tmux(["capture-pane", "-p"]).split(separator: "\n", omittingEmptySubsequences: false).map { line in
        String(line.reversed().drop { $0 == " " }.reversed())
      }
    }
  }

  /// Whether the terminal shows the alternate screen, and whether it shows a cursor.
  public var modes: (isAlternate: Bool, hasCursor: Bool) {
    get throws {
      let answer = try tmux(["display-message", "-p", "#{alternate_on} #{cursor_flag}"])
      return (answer.hasPrefix("1"), answer.dropFirst(2).hasPrefix("1"))
    }
  }

  /// Waits until the screen is as expected, and returns it. Another size or speed of the machine only makes it take longer.
  ///
  /// - Parameters:
  ///   - what: What is expected, for the error.
  ///   - meanwhile: Called between two looks.
  /// - Throws: ``LaboratoryError`` if the screen does not become so.
  @discardableResult
  public func wait(
    untilScreen what: String, meanwhile: () throws -> Void = {}, _ condition: ([String]) throws -> Bool
  ) throws -> [String] {
    let deadline = Deadline(after: .seconds(180))
    while true {
      let lines = try screen
      if try condition(lines) { return lines }
      guard !deadline.hasPassed else {
        throw LaboratoryError(.timeout, "the screen did not show \(what), but:\n\(lines.joined(separator: "\n"))")
      }
      try meanwhile()
      Deadline.pause()
    }
  }

  /// Types text as it is.
  public func type(text: String) throws { try tmux(["send-keys", "-l", text]) }

  /// Changes the size of the terminal.
  public func resize(columns: Int, rows: Int) throws {
    try tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
  }

  /// Closes the terminal, as the window of a terminal program is closed. The pane is of no use any more.
  public func closeTerminal() throws { try tmux(["kill-session"]) }
}

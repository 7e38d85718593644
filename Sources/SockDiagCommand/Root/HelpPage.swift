internal import ArgumentParser

/// The text that `--help` shows: the page of the tool, or of a subcommand.
///
/// The argument parser makes the list of the options. It folds lines without regard to their indentation, so the rest is
/// folded here.
struct HelpPage {
  /// Wider lines are hard to read, also on a wide terminal.
  static let widest = 80

  private var prose: Prose

  private init(_ terminal: Terminal) { prose = Prose(terminal) }

  /// - Parameter subcommand: The subcommand; `nil` for the page of the tool.
  static func text(of subcommand: Subcommand?, _ terminal: Terminal = .standardOutput()) -> String {
    var terminal = terminal
    terminal.width = min(terminal.width, widest)
    terminal.showsColour = false
    var page = HelpPage(terminal)
    if let subcommand { page.append(subcommand) } else { page.appendRoot() }
    let text = String(decoding: page.prose.bytes, as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  // MARK: The tool

  /// What people ask first.
  static let examples = [
    ("sockdiag", "what listens on this host, and which program"),
    ("sockdiag 8080", "what holds port 8080, and how to free it"),
    ("sockdiag list -tp dst 10.0.0.0/8", "TCP connections to a network, with processes"),
  ]

  private mutating func appendRoot() {
    for (command, meaning) in Self.examples {
      prose.line(command.padded(to: 34) + meaning, indent: 2, hanging: 34)
    }
    prose.blank()
    for group in Subcommand.groups {
      prose.line("\(group.title.uppercased()):")
      for member in group.members where member.type.configuration.shouldDisplay {
        prose.line(member.name.padded(to: 12) + member.type.configuration.abstract, indent: 2, hanging: 12)
      }
      prose.blank()
    }
    append(Self.notes)
  }

  static let notes = """
    'sockdiag help SUBCOMMAND' or 'sockdiag SUBCOMMAND --help' says more.

    A port instead of a subcommand means 'why': 8080, :8080, 127.0.0.1:8080, [::1]:8080, *:8080, 53/udp; the options \
    of 'why' may stand before or after it. Without a subcommand and a port it shows listeners, and takes the options and \
    filters of 'list': 'sockdiag -t', 'sockdiag sport = :80'. A filter begins with a condition such as sport, never \
    with a port.

    Options are those of ss where it has them: -t -u -l -a -n -p -i -e -m -o -s -r -4 -6 -f -A -F -N -H -O -V.

    \(ExitStatus.summary)
    """

  // MARK: A subcommand

  private mutating func append(_ subcommand: Subcommand) {
    let configuration = subcommand.type.configuration
    prose.line(configuration.abstract, hanging: 0)
    prose.blank()
    appendUsage(Sockdiag.usageString(for: subcommand.type))
    prose.blank()
    if !configuration.discussion.isEmpty {
      append(configuration.discussion)
      prose.blank()
    }
    prose.append(Array(Self.options(of: subcommand, width: prose.terminal.width).utf8))
  }

  /// The lists of arguments and options.
  private static func options(of subcommand: Subcommand, width: Int) -> String {
    let text = Sockdiag.helpMessage(for: subcommand.type, columns: width)
    guard let usage = text.firstRange(of: "\nUSAGE: "),
      let end = text[usage.upperBound...].firstRange(of: "\n\n")
    else { return text }
    return String(text[end.upperBound...])
  }

  /// The line of usage, broken between options only.
  private mutating func appendUsage(_ usage: String) {
    for (number, form) in usage.split(separator: "\n").enumerated() {
      var words: [Substring] = []
      for word in form.split(separator: " ") {
        let open = words.last.map { $0.filter("[(".contains).count > $0.filter("])".contains).count } ?? false
        // A space that Prose does not break at.
        if open, let last = words.popLast() { words.append("\(last)\u{a0}\(word)") } else { words.append(word) }
      }
      var line = Prose(prose.terminal)
      line.line((number == 0 ? "USAGE: " : "       ") + words.joined(separator: " "), hanging: 9)
      let text = String(decoding: line.bytes, as: UTF8.self).replacing("\u{a0}", with: " ")
      prose.append(Array(text.utf8))
    }
  }

  // MARK: Text with indented lists

  private mutating func append(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty {
        prose.blank()
        continue
      }
      let body = line.drop { $0 == " " }
      let indent = line.count - body.count
      prose.line(String(body), indent: indent, hanging: indent == 0 ? 0 : Self.hanging(of: body))
    }
  }

  /// The column, after the indentation, at which the text of a list item begins: behind the term of the item.
  private static func hanging(of item: Substring) -> Int {
    let term =
      item.firstRange(of: "  ")?.lowerBound
      ?? (item.first?.isNumber == true ? item.firstIndex(of: " ") : nil)
    guard let term else { return 2 }
    let text = item[term...].drop { $0 == " " }
    return item.count - text.count
  }
}

extension String {
  /// The text with blanks up to a column, at least one.
  fileprivate func padded(to column: Int) -> String {
    self + String(repeating: " ", count: max(1, column - count))
  }
}

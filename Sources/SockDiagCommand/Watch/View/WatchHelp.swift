/// The keys of `watch`, at the bottom of the screen and on the page of help.
enum WatchHelp {
  typealias Entry = (key: String, meaning: String)

  static let tableKeys: [Entry] = [
    ("h", "help"), ("q", "quit"), ("/", "filter"), ("s", "sort"), ("g", "group"), ("Enter", "details"),
    ("Space", "pause"), ("r", "reverse"), ("+ -", "interval"),
  ]
  static let filterKeys: [Entry] = [("Enter", "use"), ("Esc", "cancel"), ("↑ ↓", "earlier filters")]
  static let pageKeys: [Entry] = [("Esc", "back"), ("↑ ↓", "scroll"), ("p", "pause"), ("Ctrl-C", "quit")]

  /// Draws keys on the last line, as many as fit.
  static func drawKeys(_ entries: [Entry], _ frame: inout ScreenFrame) {
    var column = 0
    for entry in entries {
      let width = DisplayWidth.of(entry.key.utf8) + 1 + entry.meaning.utf8.count
      guard column + width <= frame.columns else { return }
      column = frame.put(entry.key, row: frame.rows - 1, column: column, .strong, isInverse: true)
      column = frame.put(entry.meaning, row: frame.rows - 1, column: column + 1) + 2
    }
  }

  private static let keys: [(title: String, entries: [Entry])] = [
    (
      "Rows",
      [
        ("s", "next order: rate, retransmits, rtt, queue, age"), ("1 to 5", "one of these orders"),
        ("g G", "next or previous grouping: process, port, peer, …; with --all-netns also namespace"),
        ("r", "lowest first, or highest first again"), ("/ or f", "type a filter, as for 'sockdiag list'"),
        ("Space or p", "pause; the sockets are still followed"), ("+ -", "longer or shorter interval"),
      ]
    ),
    (
      "Moving",
      [
        ("↑ ↓ or k j", "choose a row; the choice follows its socket"), ("PgUp PgDn", "a page up or down"),
        ("Home End", "the first or last row"),
        ("Enter", "all that is known of the chosen socket; the sockets of the chosen group"),
        ("Esc", "no row chosen, or back"),
      ]
    ),
    ("Program", [("h or ?", "this page"), ("Ctrl-Z", "stop; the shell's 'fg' continues"), ("q or Ctrl-C", "quit")]),
  ]

  private static let columns: [Entry] = [
    ("+ and -", "a new socket, and one that has ended since the last look"),
    ("In/s Out/s", "bytes per second, received and acknowledged by the peer"),
    ("Rtx/s", "segments sent again per second"), ("RTT", "smoothed round-trip time"),
    ("Recv-Q", "bytes that the program has not read; of a listener, waiting and possible connections"),
    ("Send-Q", "bytes that the peer has not acknowledged"),
    ("Waiting", "connections that no program has accepted yet"),
    ("Age", "time since the socket was first seen; ≥ if it may be older"),
    ("History", "in and out together, in the last looks; the highest is a whole block"),
  ]

  /// The page of help.
  static func lines(columns width: Int) -> [WatchPageLine] {
    var lines: [WatchPageLine] = []
    for (title, entries) in keys + [("Columns", columns)] {
      if !lines.isEmpty { lines.append(WatchPageLine(text: "")) }
      lines.append(WatchPageLine(text: title, paint: .strong))
      for entry in entries {
        let label = entry.key + String(repeating: " ", count: max(13 - DisplayWidth.of(entry.key.utf8), 1))
        lines += WatchDetails.folded("  \(label)\(entry.meaning)", columns: width, hanging: 15)
      }
    }
    return lines
  }
}

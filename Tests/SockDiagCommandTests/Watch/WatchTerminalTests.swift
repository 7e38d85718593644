import Glibc
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The live table at a real terminal (tmux): every key, and changes of the size.
@Suite(.enabled(if: TerminalPane.isPossible, "needs tmux, and the right to make network namespaces"))
struct WatchTerminalTests {
  /// A view of three sockets: a listener at port 4000, and the two ends of a connection that carries data.
  final class View {
    let pane: TerminalPane
    let pair: ConnectedPair

    init(_ laboratory: Laboratory, columns: Int, rows: Int, _ options: [String] = ["--every", "100ms"]) throws {
      pair = try laboratory.connectedPair(
        to: LabEndpoint(.loopbackV4, 4000), from: LabEndpoint(.loopbackV4, 5000))
      pane = try TerminalPane(
        in: laboratory.namespace, columns: columns, rows: rows, running: [try Tool.path, "watch"] + options,
        environment: ["TERM": "xterm-256color"])
    }

    /// Waits for a screen while data flows.
    @discardableResult
    func wait(_ what: String, _ condition: ([String]) -> Bool) throws -> [String] {
      try pane.wait(untilScreen: what, meanwhile: { try carry() }, condition)
    }

    /// Waits for a line with these texts.
    @discardableResult
    func wait(forLine texts: String...) throws -> [String] {
      try wait("a line with \(texts)") { $0.contains { line in texts.allSatisfy(line.contains) } }
    }

    /// Sends data from the client to the server.
    func carry() throws {
      try pair.client.send(1000)
      _ = try pair.server.discard()
    }

    func quit() throws -> SocketLaboratoryKit.TerminalScreen {
      try pane.type("q")
      return try pane.end()
    }
  }

  private static func with(
    columns: Int = 100, rows: Int = 24, _ options: [String] = ["--every", "100ms"],
    _ body: @escaping @Sendable (View) throws -> Void
  ) async throws {
    try await Laboratory.withNew { try body(View($0, columns: columns, rows: rows, options)) }
  }

  @Test func tableShowsWhatMoves() async throws {
    try await Self.with { view in
      let screen = try view.wait("both directions") { lines in
        lines.contains { $0.contains("127.0.0.1:5000") && $0.contains("estab") && $0.hasSuffix("0      0") }
          && lines.contains {
            $0.contains("retransmits/s") && !$0.contains("in 0B/s") && $0.contains("▁") || $0.contains("█")
          }
      }
      #expect(screen[0].hasPrefix("sockdiag watch  ") && screen[0].hasSuffix("  every 100ms  by rate"))
      #expect(screen[1].hasPrefix("3 sockets  2 estab  1 listen"))
      #expect(
        screen[4].split(separator: " ") == [
          "Process", "Local", "Peer", "State", "In/s", "Out/s", "Rtx/s", "RTT", "Recv-Q", "Send-Q",
        ])
      #expect(screen[23].hasPrefix("h help  q quit  / filter  s sort"))
      // The idle listener is last.
      #expect(screen[7].contains("127.0.0.1:4000  *") && screen[7].contains("listen"))
      let end = try view.quit()
      #expect(end.status == 0 && end.lines == [])
    }
  }

  @Test func everyKeyOfTheTable() async throws {
    try await Self.with { view in
      try view.wait(forLine: "127.0.0.1:5000", "estab")
      for order in ["retransmits", "rtt", "queue", "age", "rate"] {
        try view.pane.type("s")
        try view.wait("order \(order)") { $0[0].contains("  by \(order)") }
      }
      try view.pane.type("3")
      try view.wait("order rtt") { $0[0].contains("  by rtt") }
      try view.pane.type("r")
      try view.wait("the reverse") { $0[0].contains("  by rtt, lowest first") }
      try view.pane.type("r", "1")
      try view.wait("the order of before") { $0[0].hasSuffix("by rate") }
      try view.pane.type("+")
      try view.wait("a longer interval") { $0[0].contains("every 200ms") }
      try view.pane.type("-")
      try view.wait("a shorter interval") { $0[0].contains("every 100ms") }
      try view.pane.type("Space")
      let paused = try view.wait("the pause") { $0[0].contains(" paused ") }
      for _ in 0..<50 { try view.carry() }
      #expect(try view.pane.screen == paused)
      try view.pane.type("p")
      try view.wait("the end of the pause") { !$0[0].contains(" paused ") && $0[0] != paused[0] }
      try view.pane.type("h")
      let help = try view.wait(forLine: "next order: rate, retransmits, rtt, queue, age")
      #expect(help[0] == "Rows" && help[23].hasPrefix("Esc back"))
      try view.pane.type("End", "Down", "PageDown", "Up", "PageUp", "Home", "?")
      try view.wait(forLine: "127.0.0.1:5000", "estab")
      #expect(try view.quit().status == 0)
    }
  }

  @Test func filterIsEditedAndMended() async throws {
    try await Self.with { view in
      try view.wait(forLine: "127.0.0.1:5000", "estab")
      try view.pane.type("/")
      try view.pane.type(text: "sport = :5000x")
      try view.wait(forLine: "Filter: sport = :5000x")
      try view.pane.type("Enter")
      try view.wait(forLine: "'5000x' is not a port")
      try view.pane.type("End", "BSpace", "Left", "Right", "Enter")
      let screen = try view.wait("one socket") { $0[1].hasPrefix("1 socket  1 estab") }
      #expect(screen[0].hasSuffix("filter: sport = :5000"))
      try view.pane.type("f", "C-u")
      try view.wait("an empty line") { $0.contains("Filter:") }
      try view.pane.type("Up")
      try view.wait(forLine: "Filter: sport = :5000")
      try view.pane.type("C-u", "Escape")
      try view.wait(forLine: "127.0.0.1:5000", "estab")
      try view.pane.type("/", "C-u", "Enter")
      try view.wait("all sockets") { $0[1].hasPrefix("3 sockets") && !$0[0].contains("filter") }
      #expect(try view.quit().status == 0)
    }
  }

  @Test func keyOfGroupsGoesRound() async throws {
    try await Self.with(columns: 120) { view in
      try view.wait(forLine: "127.0.0.1:5000", "estab")
      // What the three sockets are a group of.
      let groups = [
        ("process", "(\(getpid()))"), ("port", "5000/tcp"), ("peer", "127.0.0.1"), ("peer/24,64", "127.0.0.0/24"),
        ("container", "("), ("unit", "("), ("user", "root"), ("state", "tcp established"),
      ]
      for (word, name) in groups {
        try view.pane.type("g")
        try view.wait("groups by \(word)") { lines in
          lines[0].contains("groups: \(word)  by rate") && lines.contains { $0.contains(name) }
        }
      }
      try view.pane.type("g")
      try view.wait("sockets") { lines in
        !lines[0].contains("groups") && lines.contains { $0.contains("127.0.0.1:5000") && $0.contains("estab") }
      }
      try view.pane.type("G", "G", "G", "G", "G", "G", "G")
      try view.wait(forLine: "4000/tcp")
      try view.pane.type("Down", "Enter")
      try view.wait("the sockets of a port") { lines in
        lines[0].contains("filter: sport = :")
          && lines.contains { $0.contains("127.0.0.1:4000") && $0.contains("estab") }
      }
      #expect(try view.quit().status == 0)
    }
  }

  @Test func detailsFollowTheSocketToItsEnd() async throws {
    try await Self.with { view in
      try view.wait(forLine: "127.0.0.1:5000", "estab")
      try view.pane.type("/")
      try view.pane.type(text: "sport = :5000")
      try view.pane.type("Enter")
      try view.wait("one socket") { $0[1].hasPrefix("1 socket  1 estab") }
      try view.pane.type("Down", "Enter")
      let page = try view.wait("all details") { lines in
        ["tcp congestion=", "bytes_acked=", "memory ", "cookie=", "process pid="].allSatisfy { text in
          lines.contains { $0.contains(text) }
        }
      }
      #expect(page[0] == "tcp 127.0.0.1:5000 → 127.0.0.1:4000  established")
      view.pair.client.close()
      view.pair.server.close()
      try view.pane.wait(untilScreen: "the end") { $0.contains { $0.hasPrefix("It has ended.") } }
      try view.pane.type("Escape")
      try view.pane.wait(untilScreen: "no socket") { $0.contains("No socket matches the filter.") }
      #expect(try view.quit().status == 0)
    }
  }

  @Test func socketThatEndsIsSeenOnceMore() async throws {
    // The view stands still until the next look, which a key asks for.
    try await Self.with(["--every", "1h"]) { view in
      try view.wait(forLine: "127.0.0.1:5000", "estab")
      try view.carry()
      view.pair.client.close()
      view.pair.server.close()
      try view.pane.type("s")
      let screen = try view.pane.wait(untilScreen: "the end") { lines in
        lines.contains { $0.hasPrefix("- ") && $0.contains("127.0.0.1:5000") && $0.contains("ended") }
      }
      #expect(screen[2].contains("2 ended"))
      try view.pane.type("s")
      try view.pane.wait(untilScreen: "only the listener") { lines in
        lines[1].contains("1 listen") && !lines.contains { $0.contains("estab") || $0.contains("ended ") }
      }
      #expect(try view.quit().status == 0)
    }
  }

  @Test func newSizeIsDrawnAtOnce() async throws {
    // The next look is far away, so only the change of the size draws.
    try await Self.with(["--every", "1h"]) { view in
      try view.wait(forLine: "127.0.0.1:5000", "estab")
      for (columns, rows) in [(60, 12), (160, 40), (30, 6), (200, 50), (10, 3), (100, 24)] {
        try view.pane.resize(columns: columns, rows: rows)
        try view.pane.wait(untilScreen: "\(columns)×\(rows)") { lines in
          // The keys are on the last line.
          lines.count >= rows && lines[rows - 1].hasPrefix("h help".prefix(columns))
            && (columns < 60 || lines.contains { $0.contains("127.0.0.1:5000") })
        }
      }
      #expect(try view.quit().status == 0)
    }
  }

  @Test func coloursCanBeTurnedOff() async throws {
    try await Laboratory.withNew { laboratory in
      let pane = try TerminalPane(
        in: laboratory.namespace, columns: 80, rows: 20, running: [try Tool.path, "watch"],
        environment: ["TERM": "xterm-256color", "NO_COLOR": "1"])
      try pane.wait(untilScreen: "the view") { $0.contains("There are no sockets.") }
      try pane.type("q")
      let end = try pane.end()
      #expect(!end.written.contains(/\u{1b}\[(1|2|3\d)m/) && end.status == 0)
    }
  }

  @Test func dumbTerminalGetsLines() async throws {
    try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 4000))
      let screen = try TerminalPane(
        in: laboratory.namespace, columns: 200,
        running: [try Tool.path, "watch", "--every", "50ms", "--count", "1", "--lines"], environment: ["TERM": "dumb"]
      ).end()
      withExtendedLifetime(listener) {}
      #expect(screen.status == 0 && !screen.hasEscapes)
      #expect(screen.lines.count == 2 && screen.lines[1].contains(" socket tcp listen 127.0.0.1:4000 * "))
    }
  }
}

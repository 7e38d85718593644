import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// The terminal that other tests look at.
@Suite(.enabled(if: TerminalPane.isPossible, "needs tmux, and the right to make network namespaces"))
struct TerminalPaneTests {
  private static func screen(
    _ script: String, columns: Int = 20, environment: [String: String] = [:]
  ) async throws -> TerminalScreen {
    try await LabNamespace.withNew { namespace in
      try TerminalPane(
        in: namespace, columns: columns, running: ["sh", "-c", script], environment: environment
      ).end()
    }
  }

  @Test func lineThatIsTooWideIsWrapped() async throws {
    let screen = try await Self.screen("echo one; echo 12345678901234567890; echo 123456789012345678901; exit 3")
    #expect(screen.rows == ["one", "12345678901234567890", "12345678901234567890", "1"])
    #expect(screen.lines == ["one", "12345678901234567890", "123456789012345678901"])
    #expect(screen.wrappedLines == ["123456789012345678901"])
    #expect(screen.status == 3)
  }

  @Test func rowsThatScrolledAwayAreKept() async throws {
    let screen = try await Self.screen("seq 500")
    #expect(screen.rows == (1...500).map(String.init))
  }

  @Test func escapeSequencesAreToldApart() async throws {
    let coloured = try await Self.screen("printf '\\033[31mred\\033[0m\\n'")
    #expect(coloured.lines == ["red"] && coloured.hasEscapes && coloured.hasColours)
    let erased = try await Self.screen("printf 'a\\r\\033[K\\n'")
    #expect(erased.lines == [] && erased.hasEscapes && !erased.hasColours)
    let plain = try await Self.screen("echo $NO_COLOR", environment: ["NO_COLOR": "1"])
    #expect(plain.lines == ["1"] && !plain.hasEscapes)
  }

  @Test func programSeesTheWidthAndWhatIsTyped() async throws {
    let screen = try await LabNamespace.withNew { namespace in
      let script = "printf 'ready '; read -r line; stty size; echo \"got $line\""
      let pane = try TerminalPane(in: namespace, columns: 47, running: ["sh", "-c", script])
      try pane.wait(for: "ready")
      try pane.type("yes", "Enter")
      return try pane.end()
    }
    #expect(screen.lines == ["ready yes", "60 47", "got yes"])
  }

  @Test func programOfThePaneIsInTheNamespace() async throws {
    let (link, screen) = try await LabNamespace.withNew { namespace in
      let link = try namespace.run(["readlink", "/proc/self/ns/net"]).outputText
      let pane = try TerminalPane(in: namespace, columns: 80, running: ["readlink", "/proc/self/ns/net"])
      return (link, try pane.end())
    }
    #expect(screen.lines == [String(link.prefix { $0 != "\n" })])
  }

  @Test func tmuxServerEndsWithThePane() async throws {
    let pid = try await LabNamespace.withNew { namespace in
      try TerminalPane(in: namespace, columns: 80, running: ["sh", "-c", "tmux display-message -p '#{pid}'"]).end()
        .lines.first ?? ""
    }
    #expect(Int32(pid) != nil)
    let complaints = try await LabNamespace.withNew { namespace in
      try settled { try namespace.run(["kill", "-0", pid]).status == 0 ? ["\(pid) runs"] : [] }
    }
    #expect(complaints == [])
  }
}

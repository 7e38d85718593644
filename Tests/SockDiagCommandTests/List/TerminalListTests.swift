import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// Listings on a real terminal, and in a pipe.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct TerminalListTests {
  /// Runs the command with its output on a terminal. Returns the lines, without those of standard error.
  private static func onTerminal(
    _ namespace: LabNamespace, _ words: String, columns: Int = 80
  ) throws -> (lines: [String], remarks: [String]) {
    let script = "TERM=xterm COLUMNS=\(columns) \(try Tool.path) \(words) --color never >&2"
    let shown = try namespace.run(["/bin/sh", "-c", script], typing: "").errorText
    let lines = shown.split { $0.isNewline }.map(String.init)
    return (lines.filter { !$0.hasPrefix("sockdiag: ") }, lines.filter { $0.hasPrefix("sockdiag: ") })
  }

  private static func inPipe(_ namespace: LabNamespace, _ words: String...) throws -> [Substring] {
    let result = try namespace.run([try Tool.path] + words)
    #expect(result.errorText == "")
    return result.outputText.split(separator: "\n")
  }

  @Test func socketsOfOneProgramAreOneRowOnATerminal() async throws {
    let (joined, spread, piped, sorted) = try await Laboratory.withNew { laboratory in
      for backlog in [5, 6, 7] {
        _ = try laboratory.tcpListener(
          on: LabEndpoint(.loopbackV4, 80), backlog: backlog, options: [.reusePort])
      }
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 81))
      let namespace = laboratory.namespace
      return try (
        Self.onTerminal(namespace, "", columns: 120), Self.onTerminal(namespace, "-p"), Self.inPipe(namespace, "-H"),
        Self.onTerminal(namespace, "--sort local")
      )
    }
    #expect(joined.lines.count == 3, "\(joined)")
    #expect(joined.lines.contains { $0.contains(":80 ") && $0.hasSuffix("), 3 sockets") })
    #expect(joined.lines.contains { $0.contains(":81 ") && $0.hasSuffix(")") })
    #expect(joined.remarks == [])
    #expect(spread.lines.count == 5 && spread.lines.contains { $0.contains(",fd=") })
    #expect(piped.count == 4 && piped.allSatisfy { $0.contains(",fd=") })
    // Whoever sorts wants to compare sockets.
    #expect(sorted.lines.count == 5)
  }

  @Test func emptyAnswerNamesTheOptionsThatShowMore() async throws {
    let answers = try await Laboratory.withNew { laboratory in
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 1000))
      _ = try laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, 2000))
      let namespace = laboratory.namespace
      let lines = [
        "list sport = :1000", "list -u sport = :1000", "-6 sport = :1000", "-t sport = :2000", "list sport = :2000",
        "list sport = :3000", "list sport = :1000 and comm = nobody-is-called-so", "-l sport = :1000",
      ]
      var answers: [String: [String]] = [:]
      for line in lines {
        let words = line.split(separator: " ").map { $0.hasPrefix(":") ? "'\($0)'" : String($0) }
        answers[line] = try Self.onTerminal(namespace, words.joined(separator: " ")).remarks
      }
      answers["pipe"] = try Self.inPipe(namespace, "list", "-H", "sport = :1000").map(String.init)
      return answers
    }
    #expect(
      answers == [
        "list sport = :1000": ["sockdiag: 1 listener matches: add -l or -a"],
        "list -u sport = :1000": ["sockdiag: 1 listener matches: add -a and leave -u out"],
        "-6 sport = :1000": ["sockdiag: 1 listener matches: leave -6 out"],
        "-t sport = :2000": ["sockdiag: 1 UDP socket matches: leave -t out"],
        "list sport = :2000": ["sockdiag: 1 UDP socket matches: add -l or -a"],
        "list sport = :3000": [], "list sport = :1000 and comm = nobody-is-called-so": [], "-l sport = :1000": [],
        "pipe": [],
      ])
  }

  @Test func rowsAreSortedAndColumnsChosen() async throws {
    let (ports, names, users, failure) = try await Laboratory.withNew { laboratory in
      for port in [900, 80, 8000] as [UInt16] {
        _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, port))
      }
      let namespace = laboratory.namespace
      return try (
        Self.inPipe(namespace, "list", "-Htl", "--sort", "-local-port", "--columns", "local-port"),
        Self.inPipe(namespace, "list", "-Htl", "--columns", "local-port,pid,comm,age"),
        Self.inPipe(namespace, "--columns", "+user,uid"),
        namespace.run([try Tool.path, "list", "--columns", "age", "--json"])
      )
    }
    #expect(ports.map { $0.drop { $0 == " " } } == ["8000", "900", "80"])
    #expect(names.count == 3 && names.allSatisfy { $0.split(separator: " ").count == 4 && !$0.contains(" - ") })
    #expect(users.first?.hasSuffix("Process") == true && users.count == 4)
    #expect(users.dropFirst().allSatisfy { $0.contains(",fd=") })
    #expect(failure.status == ExitStatus.usage.rawValue && failure.errorText.contains("leave --columns out"))
  }

  @Test func namesOfColumnsAreListed() throws {
    let help = try Tool.run(["list", "--columns", "help"])
    #expect(help.status == 0 && help.text.contains("\n  unit ") && help.errors == "")
    let wrong = try Tool.run(["list", "--columns", "unti"])
    #expect(wrong.status == ExitStatus.usage.rawValue)
    #expect(wrong.errors == "sockdiag: --columns: 'unti' is not a column; did you mean 'unit'?\n")
  }

  /// Rows are written page by page while the kernel still answers. No socket is lost or repeated between pages.
  @Test func streamedTableHasEverySocketOnce() async throws {
    let (streamed, sorted) = try await Laboratory.withNew { laboratory in
      for port in 1000..<1200 { _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, UInt16(port))) }
      let namespace = laboratory.namespace
      return try (
        Self.inPipe(namespace, "list", "-Htl").sorted(),
        Self.inPipe(namespace, "list", "-Htl", "--sort", "local").sorted()
      )
    }
    #expect(streamed.count == 200 && Set(streamed).count == 200 && streamed == sorted)
  }
}

import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `sockdiag demo`.
struct DemoTests {
  @Test func withoutAnArgumentItListsTheSituations() throws {
    let result = try Tool.run(["demo"])
    #expect(result.status == 0 && result.errors == "")
    let lines = result.text.split(separator: "\n")
    #expect(lines.map { String($0.prefix { $0 != " " }) } == BindSituation.all.map(\.name))
    #expect(lines.allSatisfy { $0.utf8.count <= 120 })
  }

  @Test func situationNamesAreUnique() {
    let names = BindSituation.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x2d } })
  }

  @Test(arguments: [["demo", "time-wat"], ["demo", "listener", "--hold", "soon"], ["demo", "listener", "free"]])
  func invalidArgumentsAreRefused(_ words: [String]) throws {
    let result = try Tool.run(words)
    #expect(result.status == Status.usage.rawValue)
    #expect(result.text == "")
  }

  @Test func misspeltNameGetsASuggestion() throws {
    #expect(try Tool.run(["demo", "time-wat"]).errors.contains("did you mean 'time-wait'"))
  }

  @Test(
    .enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"),
    arguments: BindSituation.all)
  func pageShowsTheSituationTheCommandsAndTheAnswer(_ situation: BindSituation) async throws {
    let tool = try Tool.path
    let result = try await LabNamespace.withNew { try $0.run([tool, "demo", situation.name]) }
    #expect(result.status == 0 && result.errorText == "")
    let text = result.outputText
    #expect(text.contains("Built in a network namespace of its own"))
    #expect(text.contains("  nsenter -t "))
    // The first sentences of answers are those of the goldens.
    let golden = Self.masked(String(decoding: try Fixture.read("why/\(situation).txt"), as: UTF8.self))
    let shown = Self.masked(text)
    for (index, line) in golden.split(separator: "\n").enumerated()
    where line.hasPrefix("$ ") && !line.hasSuffix(" -v") {
      let answer = golden.split(separator: "\n")[index + 1]
      #expect(shown.contains("\n\(line)\n\(answer)\n"), "\(text)")
    }
  }

  /// The text without process ids, times and folds, which differ from run to run.
  private static func masked(_ text: String) -> String {
    text.replacing(/\(pid \d+/, with: "(pid N").replacing(/up \d+ (s|min)/, with: "up N")
      .replacing(/for \d+ s/, with: "for N").replacing(/\n  (?! )/, with: " ")
  }

  @Test(.enabled(if: LabNamespace.isPermitted, "needs root to become somebody else"))
  func plainUserGetsTheLoopbackSituations() async throws {
    let tool = try Tool.path
    let results = try await LabNamespace.withNew { namespace in
      try BindSituation.all.map { situation in
        (
          situation,
          try namespace.run(Tool.asNobody + [tool, "demo", situation.name])
        )
      }
    }
    for (situation, result) in results {
      if situation.namespaceReason != nil {
        #expect(result.status == Status.noPermission.rawValue, "\(situation)")
        #expect(result.outputText == "")
        #expect(result.errorText.hasPrefix("sockdiag: cannot build \(situation): "))
      } else {
        #expect(result.status == 0, "\(situation): \(result.errorText)")
        #expect(result.outputText.contains("Built in this network namespace, on loopback, "))
        #expect(result.outputText.contains("$ sockdiag why "))
      }
    }
  }

  /// The processes that it started are gone when it is, however it ends.
  @Test(
    .enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"),
    arguments: ["INT", "TERM", "KILL"])
  func signalLeavesNoProcessesBehind(_ signal: String) async throws {
    let script = """
      set -e
      gone() { ! grep -qs '^State:.[^Z]' /proc/$server/status; }
      file=$(mktemp)
      "$0" demo listener --hold 10m >"$file" &
      demo=$!
      for round in $(seq 600); do
        server=$(sed -n 's/.*web-server (pid \\([0-9]*\\),.*/\\1/p' "$file" | head -1)
        if [ -n "$server" ] && [ "$(grep -c '^More' "$file")" = 3 ]; then break; fi
        sleep 0.1
      done
      rm "$file"
      test -d /proc/$server/fd/3 || test -L /proc/$server/fd/3
      kill -\(signal) $demo
      status=0
      wait $demo || status=$?
      for round in $(seq 100); do
        if gone; then break; fi
        sleep 0.1
      done
      gone || exit 99
      exit $status
      """
    let tool = try Tool.path
    let result = try await LabNamespace.withNew { try $0.run(["sh", "-c", script, tool]) }
    // The shell tells of a process that was killed.
    if signal != "KILL" { #expect(result.errorText == "") }
    #expect(result.status == (signal == "KILL" ? 137 : 0))
  }

  /// Each of the commands that are printed is run from outside, as a reader would.
  @Test(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
  func suggestedCommandsShowTheSituation() async throws {
    let tool = try Tool.path
    let script = """
      held=$(mktemp)
      "$0" demo listener --hold 10m >"$held" &
      demo=$!
      for round in $(seq 600); do
        if [ "$(grep -c '^More' "$held")" = 3 ]; then break; fi
        sleep 0.1
      done
      sed -n '/^Look at it/,/^$/s/^  //p' "$held" | while read -r line; do
        echo "# $line"
        printf '%s\n' "$line" | sed "s#sockdiag#$0#" | sh 2>&1 | grep -o 'web-server' | head -n 1
      done
      kill -TERM $demo
      wait $demo
      rm "$held"
      """
    let result = try await LabNamespace.withNew { try $0.run(["sh", "-c", script, tool]) }
    let lines = result.outputText.split(separator: "\n")
    #expect(lines.count == 10)
    #expect(
      lines.enumerated().allSatisfy {
        $0.offset.isMultiple(of: 2) ? $0.element.hasPrefix("# ") : $0.element == "web-server"
      })
  }

  /// `script` makes the terminal.
  @Test(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
  func onATerminalItWaitsForEnter() async throws {
    let tool = try Tool.path
    let script = """
      held=$(mktemp)
      { while ! grep -q 'Press Enter' "$held"; do sleep 0.1; done; sleep 0.5; printf '\n'; } |
        script -qefc "$0 demo free" /dev/null >"$held"
      status=$?
      tail -n 3 "$held"
      rm "$held"
      exit $status
      """
    let start = ContinuousClock.now
    let result = try await LabNamespace.withNew { try $0.run(["sh", "-c", script, tool]) }
    #expect(result.status == 0)
    #expect(result.outputText.contains("Press Enter to end it."))
    #expect(start.duration(to: .now) > .milliseconds(500))
  }

  @Test(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
  func situationIsKeptForTheGivenTime() throws {
    let start = ContinuousClock.now
    #expect(try Tool.run(["demo", "free", "--hold", "700ms"]).status == 0)
    let time = start.duration(to: .now)
    #expect(time > .milliseconds(700))
  }
}

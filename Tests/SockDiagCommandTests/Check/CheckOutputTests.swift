import HostFindings
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The forms of the answer of `check`.
@Suite struct CheckOutputTests {
  private static let full = Finding(
    .acceptQueue, .failing, figure: 2, limit: 1, unit: "connections",
    subject: Finding.Subject(
      local: SocketAddress("127.0.0.1:80"), process: FilterHolder(processID: 80, command: "a\\b\"c\nd")),
    text: "the accept queue is full", advice: "new connections are dropped")

  private static func scope() -> FindingScope {
    var scope = FindingScope()
    (scope.tcpSockets, scope.udpSockets, scope.listeners, scope.destinations) = (400, 12, 7, 31)
    scope.uncheckedRules = [.orphans]
    return scope
  }

  private static func metrics(_ findings: [Finding]) -> String {
    var text: [UInt8] = []
    CheckMetrics.append(
      [CheckAnswer(findings, scope(), interval: .milliseconds(1500), isComplete: true)], to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  @Test func headlineIsPaintedAndAdviceIsIndented() {
    var prose = Prose(Terminal(showsColour: true, width: 80, isTerminal: true))
    CheckText.append([Self.full], to: &prose)
    #expect(
      String(decoding: prose.bytes, as: UTF8.self)
        == "\u{1b}[31maccept-queue: the accept queue is full\u{1b}[0m\n    new connections are dropped\n")
  }

  @Test func allIsWellNamesWhatWasChecked() {
    #expect(
      CheckText.allIsWell(Self.scope())
        == "Nothing wrong: 412 sockets, 7 listeners, the accept queues, the ports to 31 destinations, TIME_WAIT and"
        + " CLOSE_WAIT.")
  }

  @Test func uncheckedRulesAreNamed() {
    var prose = Prose(.plain)
    CheckText.appendUnchecked(Self.scope(), to: &prose)
    #expect(
      String(decoding: prose.bytes, as: UTF8.self) == "Not checked, because the figures are hidden here: orphans.\n")
  }

  @Test func metricsEscapeLabelsAndOmitUncheckedRules() {
    let text = Self.metrics([Self.full])
    #expect(text.hasSuffix("\n# EOF\n"))
    #expect(text.contains(#"command="a\\b\"c\nd",pid="80"} 2"#))
    #expect(text.contains("sockdiag_findings{rule=\"accept-queue\"} 1\n"))
    #expect(!text.contains("{rule=\"orphans\"}"))
    #expect(text.contains("sockdiag_check_interval_seconds 1.5\n"))
  }

  @Test func equalLabelsGetANumber() {
    let text = Self.metrics([Self.full, Self.full])
    #expect(text.contains(#"pid="80",number="2"} 2"#))
  }

  /// The parser of the Python client refuses whatever the specification forbids.
  @Test(.enabled(if: Shells.hasOpenMetricsParser, "needs python3-prometheus-client"))
  func metricsFollowTheSpecification() throws {
    let text = Self.metrics([Self.full, Self.full])
    let script = """
      import sys
      from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
      families = {family.name: family for family in parse(sys.argv[1])}
      for sample in families['sockdiag_finding_figure'].samples: print(sample.labels['command'], int(sample.value))
      print(sorted((name, family.unit) for name, family in families.items() if family.unit))
      """
    let result = try Shells.run(["/usr/bin/python3", "-c", script, text])
    #expect(result.errors == "")
    #expect(
      result.text == "a\\b\"c\nd 2\na\\b\"c\nd 2\n"
        + "[('sockdiag_check_interval_seconds', 'seconds'), ('sockdiag_checked_destinations', 'destinations'),"
        + " ('sockdiag_checked_listeners', 'listeners'), ('sockdiag_checked_sockets', 'sockets')]\n")
  }

  @Test func formatsExcludeEachOther() throws {
    #expect(try Tool.run(["check", "--json", "--openmetrics"]).status == Status.usage.rawValue)
    #expect(try Tool.run(["check", "--quiet", "--json"]).status == Status.usage.rawValue)
  }
}

/// `check` at a terminal.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct CheckTerminalTests {
  @Test func terminalShowsThatNothingIsWrongAndAPipeDoesNot() async throws {
    let tool = try Tool.path
    let (terminal, pipe, quiet) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 80))
      return try withExtendedLifetime(listener) {
        let command = [tool, "check", "--interval", "0.1"]
        return (
          try laboratory.namespace.run(["script", "-qec", command.joined(separator: " "), "/dev/null"]),
          try laboratory.namespace.run(command), try laboratory.namespace.run(command + ["-q"])
        )
      }
    }
    #expect(terminal.outputText.contains("Nothing wrong: 1 socket, 1 listener, the accept queues"))
    #expect(pipe.output.isEmpty && pipe.errorText == "" && pipe.status == 0)
    #expect(quiet.output.isEmpty && quiet.status == 0)
  }

  @Test func anotherNamespaceIsChecked() async throws {
    let tool = try Tool.path
    let metrics = try await Laboratory.withNew { laboratory in
      let listeners = try [80, 81].map { try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, $0)) }
      let command = [
        tool, "check", "--interval", "0.1", "--openmetrics", "-N", "\(laboratory.namespace.threadID)",
      ]
      // The command starts in a namespace that has no sockets.
      return try withExtendedLifetime(listeners) {
        try LabNamespace.withNew { elsewhere in try elsewhere.run(command) }
      }
    }
    #expect(metrics.outputText.contains("sockdiag_checked_listeners 2\n"), "\(metrics)")
  }

  @Test func progressAppearsAfterASecondAndIsRemoved() async throws {
    let tool = try Tool.path
    let (short, time, long) = try await Laboratory.withNew { laboratory in
      let start = ContinuousClock.now
      let short = try laboratory.namespace.run([tool, "check", "--interval", "0.1"], typing: "")
      let time = start.duration(to: .now)
      return (short, time, try laboratory.namespace.run([tool, "check", "--interval", "2.5"], typing: ""))
    }
    let progress = #/(\rchecking this host, [0-9]+ s\u{1b}\[K)+\r\u{1b}\[K/#
    // On a busy host the short run may take a second, too.
    let isLate = time >= .seconds(1) && short.errorText.wholeMatch(of: progress) != nil
    #expect(short.errorText == "" || isLate, "\(time): \(short)")
    #expect(long.errorText.wholeMatch(of: progress) != nil, "\(long)")
  }
}

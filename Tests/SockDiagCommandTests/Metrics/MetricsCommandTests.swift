import FoundationEssentials
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `sockdiag metrics` on the command line, on standard output and into a file.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct MetricsCommandTests {
  private static let promtool = "/usr/bin/promtool"

  /// Runs the command beside two listeners and a connection.
  private static func run(_ words: [String]) async throws -> CommandResult {
    let tool = try Tool.path
    return try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 8080))
      let other = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 9090))
      return try withExtendedLifetime((pair, other)) { try laboratory.namespace.run([tool, "metrics"] + words) }
    }
  }

  @Test(.enabled(if: Shells.hasOpenMetricsParser, "needs python3-prometheus-client"))
  func bothFormatsAreReadByThePythonClient() async throws {
    for (format, parser) in [("openmetrics", "openmetrics.parser"), ("prometheus", "parser")] {
      let page = try await Self.run(["--format", format, "--by", "process,unit,container"])
      #expect(page.status == 0 && page.errorText == "")
      let script = """
        import sys
        from prometheus_client.\(parser) import text_string_to_metric_families as parse
        families = {family.name: family for family in parse(sys.argv[1])}
        print(len(families) > 30, [float(s.value) for f in families.values() for s in f.samples
          if s.name == 'sockdiag_sockets' and s.labels['state'] == 'listen'])
        """
      let result = try Shells.run(["/usr/bin/python3", "-c", script, page.outputText])
      #expect(result.errors == "" && result.text == "True [2.0]\n")
    }
  }

  @Test(.enabled(if: Shells.has(promtool), "needs prometheus"))
  func promtoolFindsNothing() async throws {
    let page = try await Self.run(["--format", "prometheus", "--by", "process,unit,container"])
    let result = try await TemporaryFolder.with { folder in
      try Data(page.output).write(to: URL(filePath: "\(folder)/page"))
      return try Shells.run(["/bin/sh", "-c", "\(Self.promtool) check metrics <\(folder)/page"])
    }
    #expect(result.status == 0 && result.text == "" && result.errors == "")
  }

  #if !MetricsServer
    @Test func buildWithoutServerSaysWhatElseThereIs() throws {
      let result = try Tool.run(["metrics", "--listen", "9773"])
      #expect(result.status == ExitStatus.usage.rawValue && result.text == "")
      #expect(result.errors.contains("build it with the trait MetricsServer, or use --file and --every"))
    }
  #endif

  @Test func filterAndOptionsLimitWhatIsCounted() async throws {
    let page = try await Self.run(["--no-rules", "-t", "sport = :9090"]).outputText
    #expect(page.contains("sockdiag_sockets{protocol=\"tcp\",state=\"listen\"} 1\n"))
    #expect(page.contains("sockdiag_sockets{protocol=\"tcp\",state=\"established\"} 0\n"))
    #expect(!page.contains("protocol=\"udp\"") && !page.contains("sockdiag_findings"))
    #expect(page.hasSuffix("# EOF\n"))
  }

  @Test(arguments: [
    (["--every", "5s"], "--every repeats --file"), (["--listen", "x"], "has no port"),
    (["--listen", "name:80"], "is not an address"), (["--listen", "1", "--file", "/x"], "exclude each other"),
    (["--listen", "1", "--format", "prometheus"], "leave --format out"), (["--limit", "0"], "give 1 to 10000"),
    (["--by", "port"], "'port' is not an owner"), (["-x"], "TCP and UDP sockets only"),
    (["comm = nginx"], "use --by process"), (["--file", "/nowhere/x"], "cannot create '/nowhere/x'"),
    (["--every", "5", "--file", "/nowhere/x"], "cannot create '/nowhere/x'"),
    (["--every", "10ms", "--file", "/x"], "too short"),
  ])
  func mistakesAreExplained(words: [String], sentence: String) throws {
    let result = try Tool.run(["metrics"] + words)
    #expect(result.status != 0 && result.text == "" && result.errors.contains(sentence), "\(result.errors)")
  }

  @Test func fileIsReplacedAsAWholeAndReadableByAll() async throws {
    let tool = try Tool.path
    try await TemporaryFolder.with { folder in
      let path = "\(folder)/sockdiag.prom"
      try Data("old".utf8).write(to: URL(filePath: path))
      let result = try await Laboratory.withNew { laboratory in
        // A reader that opened the old file keeps it: it is not written over.
        try laboratory.namespace.run([
          "/bin/sh", "-c", "umask 077; exec 3<\"$1\"; \"$0\" metrics --file \"$1\" && cat <&3 && stat -c %a \"$1\"",
          tool, path,
        ])
      }
      #expect(result.status == 0 && result.errorText == "")
      #expect(result.outputText == "old644\n")
      let text = try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
      #expect(text.contains("# TYPE sockdiag_sockets gauge\n") && !text.contains("# EOF"))
      #expect(try TemporaryFolder.files(below: folder) == ["sockdiag.prom"])
    }
  }

  @Test func fileIsWrittenAgainUntilASignal() async throws {
    let tool = try Tool.path
    try await TemporaryFolder.with { folder in
      let result = try await Laboratory.withNew { laboratory in
        try laboratory.namespace.run([
          "/bin/bash", "-c",
          """
          "$0" metrics --no-rules --every 1s --file "$1" & pid=$!
          until grep -q '^sockdiag_looks_total 4$' "$1" 2>/dev/null; do ((SECONDS < 50)) || break; sleep 0.05; done
          kill -TERM $pid; wait $pid; echo $?; ls "${1%/*}"
          """, tool, "\(folder)/a.prom",
        ])
      }
      #expect(result.outputText == "0\na.prom\n" && result.errorText == "")
    }
  }

  @Test func unitIsValidAndHasNoRightsToSpare() async throws {
    let unit = try Tool.run(["metrics", "--print", "unit"])
    #expect(unit.text.contains("ExecStart=/usr/bin/sockdiag metrics --listen 127.0.0.1:9773\n"))
    for line in ["DynamicUser=yes", "CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict"] {
      #expect(unit.text.contains("\n\(line)\n"))
    }
    guard Shells.has("/usr/bin/systemd-analyze") else { return }
    try await TemporaryFolder.with { folder in
      let text = unit.text.replacing("/usr/bin/sockdiag", with: try Tool.path)
      try Data(text.utf8).write(to: URL(filePath: "\(folder)/sockdiag-metrics.service"))
      let result = try Shells.run([
        "/usr/bin/systemd-analyze", "verify", "--man=no", "\(folder)/sockdiag-metrics.service",
      ])
      #expect(result.status == 0 && !result.errors.contains("sockdiag-metrics"), "\(result.errors)")
      // From 0 to 100, where less is safer. A unit without any of these lines has 96.
      let exposure = try Shells.run([
        "/usr/bin/systemd-analyze", "security", "--offline=true", "--threshold=20",
        "\(folder)/sockdiag-metrics.service",
      ])
      #expect(exposure.status == 0, "\(exposure.text)")
    }
  }

  @Test(.enabled(if: Shells.has(promtool), "needs prometheus"))
  func rulesAndAlertsPassTheirCases() async throws {
    try await TemporaryFolder.with { folder in
      for word in ["alerts", "rules"] {
        try Data(try Tool.run(["metrics", "--print", word]).output).write(to: URL(filePath: "\(folder)/\(word).yml"))
        let result = try Shells.run([Self.promtool, "check", "rules", "\(folder)/\(word).yml"])
        #expect(result.status == 0 && result.errors == "", "\(result)")
      }
      try Data(try Fixture.read("metrics/alerts-test.yml")).write(to: URL(filePath: "\(folder)/alerts-test.yml"))
      let result = try Shells.run([Self.promtool, "test", "rules", "\(folder)/alerts-test.yml"])
      #expect(result.status == 0, "\(result.text)\(result.errors)")
    }
  }
}

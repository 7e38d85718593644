import FoundationEssentials
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The status of `kill` matches the answer of `why` three seconds later, for every kind of server.
@Suite(
  .enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"),
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "needs python3"))
struct KillOutcomeTests {
  /// The state of the port afterwards.
  enum Rest: Int32 {
    case free = 0
    case otherError = 3
    case inUse = 71
    case forATime = 75
  }

  static let kinds: [(name: String, rest: Rest)] = [
    ("plain", .free), ("stubborn", .free), ("draining", .free), ("bound", .free), ("prefork", .free), ("heir", .free),
    ("daemon", .free), ("reuseport", .free), ("finishing", .free), ("waiting", .free), ("ending", .free),
    ("udp", .free), ("worker", .inUse), ("loop", .inUse), ("pausing", .inUse), ("slowly", .inUse), ("nodemon", .inUse),
    ("late", .inUse), ("flapping", .inUse), ("datagrams", .inUse), ("phoenix", .inUse), ("proxy", .inUse),
    ("timewait", .forATime),
  ]

  private static let script = "exec /usr/bin/python3 \"$0\" \"$1\""
  private static let servers = Fixture.path("../Tests/Support/Servers/servers.py")

  @Test(arguments: kinds) func statusMatchesWhyThreeSecondsLater(_ name: String, _ rest: Rest) async throws {
    let tool = try Tool.path
    let option = ["udp", "datagrams"].contains(name) ? ["-u"] : []
    let (killed, why) = try await Laboratory.withNew { laboratory in
      let subject = try Subject(Self.script, holding: [], [Self.servers, name])
      defer { subject.end() }
      let killed = try laboratory.namespace.run(
        [tool, "kill", "8080", "--yes", "--supervised", "--grace", "1s"] + option)
      sleep(3)
      return (killed, try laboratory.namespace.run([tool, "why", "8080"] + option))
    }
    let text = killed.outputText + killed.errorText
    #expect(killed.status == rest.rawValue, "\(text)")
    #expect((killed.status == 0) == (why.status == 0), "\(text)\(why.outputText)")
    #expect(why.status == (rest == .free ? 0 : 1), "\(why.outputText)")
  }

  @Test func restarterIsNamedWithTheCommandThatEndsIt() async throws {
    let tool = try Tool.path
    let (result, json, pid) = try await Laboratory.withNew { laboratory in
      let subject = try Subject(Self.script, holding: [], [Self.servers, "pausing"])
      defer { subject.end() }
      let words = [tool, "kill", "8080", "--yes"]
      let result = try laboratory.namespace.run(words)
      return (result, try laboratory.namespace.run(words + ["--json"]), subject.pid)
    }
    #expect(result.status == Rest.inUse.rawValue)
    #expect(result.errorText.contains("sockdiag: port 8080 is in use: listener 127.0.0.1:8080 python3 (pid "))
    #expect(
      result.errorText.contains(
        " is new: python3 (pid \(pid), root) ('/usr/bin/python3 \(Self.servers) pausing') started it again; end that process first"
          + " with 'kill \(pid)', and then run this again\n"), "\(result.errorText)")
    let value = try JSONValue(parsing: json.output)
    #expect(value["verdict"] == .string("conflict") && value["is_free"] == .boolean(false))
    #expect(value["restarted"]?.elements.first?["started_by"] == .number(Double(pid)))
  }

  /// A server that is started again later than the port is observed.
  @Test func settleTimeCanBeSet() async throws {
    let tool = try Tool.path
    let statuses = try await Laboratory.withNew { laboratory in
      let subject = try Subject(Self.script, holding: [], [Self.servers, "slowly"])
      defer { subject.end() }
      return try ["0", "10s"].map {
        _ = try laboratory.namespace.run([tool, "wait", "8080", "--listening"])
        return try laboratory.namespace.run([tool, "kill", "8080", "--yes", "--settle", $0]).status
      }
    }
    #expect(statuses == [0, Rest.inUse.rawValue])
  }

  @Test func connectionsOfAWorkerAreNamedWithTheCommandThatEndsThem() async throws {
    let tool = try Tool.path
    let (result, second) = try await Laboratory.withNew { laboratory in
      let subject = try Subject(Self.script, holding: [], [Self.servers, "worker"])
      defer { subject.end() }
      return (
        try laboratory.namespace.run([tool, "kill", "8080", "--yes", "--settle", "100ms"]),
        try laboratory.namespace.run([tool, "kill", "8080", "--yes", "--settle", "100ms", "--connections"])
      )
    }
    #expect(result.status == Rest.inUse.rawValue)
    #expect(result.errorText.contains("sockdiag: port 8080 is in use: connection (established) 127.0.0.1:8080"))
    #expect(result.errorText.contains("; 'sockdiag kill 8080 --connections' ends the owners of connections too\n"))
    #expect(!result.errorText.contains(" is new"))
    #expect(second.outputText.contains(": ended by SIGTERM"))
  }

  @Test func blockingTimersAreNamedWithTheCommandThatWaits() async throws {
    let tool = try Tool.path
    func run(_ option: [String]) async throws -> CommandResult {
      try await Laboratory.withNew { laboratory in
        let subject = try Subject(Self.script, holding: [], [Self.servers, "timewait"])
        defer { subject.end() }
        return try laboratory.namespace.run([tool, "kill", "8080", "--yes"] + option)
      }
    }
    let (text, json) = (try await run([]), try await run(["--json"]))
    #expect(text.status == Rest.forATime.rawValue && json.status == Rest.forATime.rawValue)
    #expect(text.errorText.hasPrefix("sockdiag: no process holds port 8080 any more, but it is in use for another "))
    #expect(text.errorText.contains("; 'sockdiag wait 8080 --free' waits for it; a program that sets SO_REUSEADDR may"))
    let value = try JSONValue(parsing: json.output)
    #expect(value["left_over"] == .number(1) || value["left_over"] == .number(2))
    guard case .number(let rest)? = value["left_over_expires_ms"] else {
      Issue.record("\(value)")
      return
    }
    #expect((1...60_000).contains(rest))
  }

  /// With IP_FREEBIND a program may listen on an address that the host does not have.
  @Test func bindErrorOtherThanPortInUseIsReported() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.tcpListener(on: LabEndpoint(.v4(10, 9, 9, 9), 8080), options: [.freebind])
      let inode = socket.inode
      let subject = try Subject(Subject.Script.plain, holding: [socket])
      try Subject.waitUntilAloneWith([inode], [subject])
      return try laboratory.namespace.run([tool, "kill", "10.9.9.9:8080", "--yes", "--settle", "0"])
    }
    #expect(result.status == Rest.otherError.rawValue && result.outputText.hasSuffix(": ended by SIGTERM\n"))
    #expect(
      result.errorText.hasPrefix(
        "sockdiag: no process holds port 10.9.9.9:8080 any more, but bind() of 10.9.9.9:8080 fails with EADDRNOTAVAIL ("
      ),
      "\(result.errorText)")
  }
}

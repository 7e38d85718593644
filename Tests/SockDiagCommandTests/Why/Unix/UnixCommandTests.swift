import FoundationEssentials
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// `why`, `wait` and `kill` for UNIX sockets, as a user runs them.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct UnixCommandTests {
  private static func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private static func sunPath(_ path: String) -> [UInt8] { Array(path.utf8) }

  private static func listener(_ path: String) throws -> UnixLabSocket {
    let socket = try UnixLabSocket(type: 1)
    try #require(socket.bind(sunPath(path)) == 0)
    try socket.listen(backlog: 8)
    return socket
  }

  @Test func listenerIsNamedWithItsProcess() throws {
    try Self.inFolder { folder in
      let socket = try Self.listener("\(folder)/app.sock")
      let result = try Tool.run(["why", "\(folder)/app.sock", "--json"])
      #expect(result.status == 1)
      #expect(result.text.hasPrefix(#"{"verdict":"conflict","name":"\#(folder)/app.sock","bind":"EADDRINUSE""#))
      #expect(result.text.contains(#""connect":"succeeds","behind":"socket""#), "\(result.text)")
      #expect(result.text.contains("\"pid\":\(ProcessInfo.processInfo.processIdentifier),"), "\(result.text)")
      withExtendedLifetime(socket) {}
    }
  }

  @Test func staleFileIsToldFromAFreeName() throws {
    try Self.inFolder { folder in
      do { _ = try Self.listener("\(folder)/app.sock") }
      let stale = try Tool.run(["\(folder)/app.sock"])
      #expect(stale.status == 1 && stale.text.contains(" is stale: "), "\(stale.text)")
      #expect(stale.text.contains("\nFix it        rm \(folder)/app.sock\n"), "\(stale.text)")
      try FileManager.default.removeItem(atPath: "\(folder)/app.sock")
      let free = try Tool.run(["why", "unix:\(folder)/app.sock"])
      #expect(free.status == 0 && free.text == "\(folder)/app.sock is free: bind() succeeds\n", "\(free.text)")
    }
  }

  @Test func waitEndsWhenTheSocketIsServed() throws {
    try Self.inFolder { folder in
      let path = "\(folder)/app.sock"
      let early = try Tool.run(["wait", path, "--listening", "--timeout", "0"])
      #expect(early.status == 1 && early.errors.contains("nothing listens on \(path)"), "\(early.errors)")
      let socket = try Self.listener(path)
      #expect(try Tool.run(["wait", path, "--listening", "--timeout", "5s"]).status == 0)
      let taken = try Tool.run(["wait", path, "--free", "--timeout", "0"])
      #expect(taken.status == 1 && taken.errors.contains("\(path) is not free: "), "\(taken.errors)")
      withExtendedLifetime(socket) {}
    }
  }

  @Test func killEndsTheServerAndNamesTheFileThatIsLeft() throws {
    try Self.inFolder { folder in
      let path = "\(folder)/app.sock"
      let script = """
        "$0" wait "$1" --listening --timeout 20s; "$0" kill "$1" --yes --grace 60s
        echo "status $?"; "$0" why "$1" | head -1
        """
      let server = "import socket,sys,time; s=socket.socket(1); s.bind(sys.argv[1]); s.listen(); time.sleep(60)"
      let result = try Tool.run(
        ["/bin/sh", "-c", "python3 -c '\(server)' \(path) & set -- \(path); \(script)", try Tool.path], "/dev/null", nil
      )
      #expect(result.text.contains("ended by SIGTERM") && result.text.contains("status 75\n"), "\(result.text)")
      #expect(result.text.contains(" is stale: "), "\(result.text)")
      #expect(result.errors.contains("'rm \(path)' removes it"), "\(result.errors)")
      let again = try Tool.run(["kill", path, "--yes"])
      #expect(again.status == 1 && again.errors.contains("no process holds it: "), "\(again.errors)")
    }
  }

  // MARK: JSON of `kill`

  /// The output of `kill --json`, which the schema allows.
  private static func killed(_ words: [String], status: Int32) throws -> (value: JSONValue, errors: String) {
    let result = try Tool.run(["kill", "--json"] + words)
    #expect(result.status == status, "\(words): \(result.errors)")
    let value = try JSONValue(parsing: Array(result.text.utf8))
    #expect(try JSONSchema(named: "kill-unix").violations(of: value).isEmpty, "\(result.text)")
    return (value, result.errors)
  }

  @Test func refusedKillIsAnObjectWithTheReason() throws {
    try Self.inFolder { folder in
      let path = "\(folder)/app.sock"
      let (nobody, sentence) = try Self.killed([path, "--yes"], status: 1)
      #expect(nobody["names"] == .array([.object(["name": .string(path)])]))
      #expect(nobody["processes"] == .array([]) && nobody["refusal"]?["kind"] == .string("no-holder"))
      guard case .string(let text)? = nobody["refusal"]?["text"] else { return #expect(Bool(false), "no text") }
      #expect(sentence == "sockdiag: \(text)\n" && text.hasPrefix("no process holds it: "))
    }
  }

  @Test func killedServerHasAnOutcomeAndTheNameAVerdict() throws {
    try Self.inFolder { folder in
      let path = "\(folder)/app.sock"
      let server = "import socket,sys; s=socket.socket(1); s.bind(sys.argv[1]); s.listen(); input()"
      let script = """
        mkfifo "$1.in"; (exec python3 -c '\(server)' "$1" < "$1.in" > "$1.log" 2>&1) & exec 3> "$1.in"
        "$0" wait "$1" --listening --timeout 20s; "$0" kill "$1" --dry-run --json; echo "status $?"
        "$0" kill "$1" --yes --grace 60s --settle 0 --json; echo "status $?"
        """
      let result = try Tool.run(["/bin/sh", "-c", script, try Tool.path, path], "/dev/null", nil)
      let lines = result.text.split(separator: "\n").map(String.init)
      try #require(lines.count == 4, "\(result.text)\(result.errors)")
      #expect(lines[1] == "status 0" && lines[3] == "status 75")
      let (plan, end) = try (JSONValue(parsing: Array(lines[0].utf8)), JSONValue(parsing: Array(lines[2].utf8)))
      for value in [plan, end] {
        #expect(try JSONSchema(named: "kill-unix").violations(of: value).isEmpty, "\(value)")
        #expect(value["processes"]?.elements.count == 1 && value["refusal"] == nil)
      }
      #expect(plan["names"]?.elements.first?["verdict"] == nil)
      #expect(plan["processes"]?.elements.first?["outcome"] == nil)
      #expect(end["processes"]?.elements.first?["outcome"] == .string("ended"))
      let name = try #require(end["names"]?.elements.first)
      #expect(name["is_stale"] == .boolean(true) && name["is_free"] == .boolean(false))
      #expect(name["verdict"] == .string("conflict"))
    }
  }
}

import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import PortControl
@testable import SockDiagCommand

/// `sockdiag kill` for processes in a namespace of their own.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct KillCommandTests {
  /// Runs the command for a single holder. The signal is the one that ended the holder, `nil` if it runs.
  private func run(
    _ arguments: String..., script: String = Subject.Script.plain, by starter: [String] = []
  ) async throws -> (result: CommandResult, signal: Int32?, pid: Int32) {
    let tool = try Tool.path
    return try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [script]).first)
      let result = try laboratory.namespace.run(starter + [tool, "kill"] + arguments)
      return (result, subject.endingSignal, subject.pid)
    }
  }

  @Test func holderIsEndedAndPortIsFree() async throws {
    for arguments in ["8080", "127.0.0.1:8080", "*:8080", "0.0.0.0:8080", "[::]:8080", "localhost:8080"] {
      let (result, signal, pid) = try await run(arguments, "--yes")
      #expect(signal == SIGTERM)
      #expect(result.status == 0)
      #expect(result.errorText == "")
      #expect(result.outputText.hasPrefix("port "))
      #expect(result.outputText.hasSuffix("8080 is free\nsh (pid \(pid), root): ended by SIGTERM\n"))
    }
  }

  @Test func firstSignalCanBeChosen() async throws {
    let (result, signal, _) = try await run("8080", "--yes", "--signal", "int", script: Subject.Script.plain)
    #expect(signal == SIGINT && result.outputText.contains("ended by SIGINT"))
    let (killed, last, _) = try await run("8080", "-y", "--signal", "KILL", script: Subject.Script.stubborn)
    #expect(last == SIGKILL && killed.outputText.contains("ended by SIGKILL"))
  }

  @Test func dryRunOnlyShowsTheList() async throws {
    for arguments in [["--dry-run"], ["--dry-run", "--yes"]] {
      let tool = try Tool.path
      let (result, isRunning) = try await Laboratory.withNew { laboratory in
        let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
        return (try laboratory.namespace.run([tool, "kill", "8080"] + arguments), subject.isRunning)
      }
      #expect(isRunning)
      #expect(result.status == 0 && result.errorText == "")
      let lines = result.outputText.split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines[0].hasPrefix("Would end sh (pid ") && lines[0].hasSuffix(", root)."))
      #expect(lines[1] == "    /bin/sh -c echo ready; read line")
    }
  }

  @Test func processEndsOnlyAfterYes() async throws {
    let tool = try Tool.path
    for (answer, isEnded) in [("y\n", true), ("n\n", false), ("\n", false), ("\u{4}", false)] {
      let (result, signal) = try await Laboratory.withNew { laboratory in
        let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
        return (try laboratory.namespace.run([tool, "kill", "8080"], typing: answer), subject.endingSignal)
      }
      #expect(signal == (isEnded ? SIGTERM : nil))
      // Otherwise 'kill 8080 && ./server' would start the server while the port is held.
      #expect(result.status == (isEnded ? 0 : Status.negative.rawValue))
      #expect(result.errorText.hasPrefix("Ends sh (pid "))
      #expect(result.errorText.contains("\n    /bin/sh -c echo ready; read line\nGo on? [y/N] "))
      #expect(result.errorText.hasSuffix("sockdiag: nothing was ended\n") == !isEnded)
    }
  }

  @Test func decliningWithJSONListsSocketsAndProcessesOnly() async throws {
    let tool = try Tool.path
    let (result, pid) = try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      return (try laboratory.namespace.run([tool, "kill", "8080", "--json"], typing: "n\n"), subject.pid)
    }
    let value = try JSONValue(parsing: result.output)
    #expect(try Self.schema.violations(of: value).isEmpty)
    #expect(value["processes"]?.elements.first?["pid"] == .number(Double(pid)) && value["is_free"] == nil)
    #expect(
      value["refusal"] == .object(["kind": .string("declined"), "text": .string("nothing was ended")]))
    #expect(result.status == Status.negative.rawValue)
  }

  @Test func argumentsAreCheckedBeforeTheTerminal() throws {
    for (arguments, word) in [
      (["nonsense:port"], "port"), (["99999"], "99999"), (["8080", "--grace", "foo"], "--grace"),
      (["8080", "--settle", "foo"], "--settle"), (["8080", "--signal", "foo"], "foo"),
      (["8080", "--netns", "0"], "--netns"), (["0"], "port 0"), (["127.0.0.1%nosuch0:8080"], "nosuch0"),
      (["[fe80::1]:8080"], "%"),
    ] {
      let result = try Tool.run(["kill"] + arguments)
      #expect(result.status == Status.usage.rawValue, "\(arguments)")
      #expect(result.errors.contains(word) && !result.errors.contains("--yes"), "\(result.errors)")
    }
  }

  @Test func otherProtocolIsNamedWithItsHolder() async throws {
    let tool = try Tool.path
    try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 8080)
      let socket = try laboratory.udpSocket(bound: place)
      let inode = socket.inode
      let subject = try Subject(Subject.Script.plain, holding: [socket])
      try Subject.waitUntilAloneWith([inode], [subject])
      let refused = try laboratory.namespace.run([tool, "kill", "8080", "--yes"])
      #expect(refused.status == 1)
      #expect(
        refused.errorText
          == "sockdiag: no process holds TCP port 8080, but sh (pid \(subject.pid), root) holds UDP port 8080; 'sockdiag kill 8080"
          + " --udp' ends it\n")
      let other = try #require(try Subject.holders(laboratory, [Subject.Script.plain]).first)
      let ended = try laboratory.namespace.run([tool, "kill", "8080", "--yes"])
      #expect(ended.status == 0 && other.endingSignal == SIGTERM && subject.isRunning)
      #expect(
        ended.errorText == "sockdiag: sh (pid \(subject.pid), root) holds UDP port 8080, which is another port\n")
      let last = try laboratory.namespace.run([tool, "kill", "8080", "-u", "--yes"])
      #expect(last.status == 0 && last.errorText == "" && subject.endingSignal == SIGTERM)
    }
  }

  /// If both protocols were asked about, no port is another port.
  @Test func askingForBothProtocolsReportsNoOtherPort() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, 8080))
      let inode = socket.inode
      let subject = try Subject(Subject.Script.stubborn, holding: [socket])
      try Subject.waitUntilAloneWith([inode], [subject])
      return try laboratory.namespace.run(
        [tool, "kill", "8080", "-t", "-u", "--yes", "--no-kill", "--grace", "50ms"])
    }
    #expect(
      result.status == Status.system.rawValue && !result.errorText.contains("another port"), "\(result.errorText)")
  }

  /// In a container the first process may be a shell with a loop, even if it started this command.
  @Test func firstProcessMayRestartTheServer() async throws {
    let script = """
      import os, subprocess, sys, threading, time
      # It stays open, for the servers end with their input.
      input, output = os.pipe()
      def serve():
        while True:
          subprocess.call([sys.executable, sys.argv[2], "plain"], stdin=input)
          time.sleep(0.7)
      threading.Thread(target=serve, daemon=True).start()
      subprocess.call([sys.argv[1], "wait", "127.0.0.1:8080", "--listening"])
      sys.exit(subprocess.call([sys.argv[1], "kill", "127.0.0.1:8080", "--yes"]))
      """
    let words = [try Tool.path, Fixture.path("../Tests/Support/Servers/servers.py")]
    let result = try await LabNamespace.withNew { namespace in
      try namespace.run(["unshare", "-p", "-f", "--mount-proc", "python3", "-c", script] + words)
    }
    #expect(result.status == Status.system.rawValue, "\(result.outputText)\(result.errorText)")
    #expect(result.errorText.contains("started it again"), "\(result.errorText)")
  }

  @Test func withoutATerminalYesIsRequired() async throws {
    let (result, signal, _) = try await run("8080")
    #expect(signal == nil && result.status == Status.usage.rawValue)
    #expect(result.errorText.contains("--yes") && result.errorText.contains("--dry-run"))
  }

  @Test func processThatIgnoresTheSignalIsKilledAfterTheGrace() async throws {
    let (result, signal, pid) = try await run("8080", "--yes", "--grace", "300ms", script: Subject.Script.stubborn)
    #expect(signal == SIGKILL && result.status == 0)
    #expect(
      result.outputText
        == "port 8080 is free\nsh (pid \(pid), root): killed: SIGTERM did not end it within 300ms\n")

    let (left, none, other) = try await run(
      "8080", "--yes", "--grace", "100ms", "--no-kill", script: Subject.Script.stubborn)
    #expect(none == nil && left.status == Status.system.rawValue)
    #expect(left.outputText == "sh (pid \(other), root): still runs, 100ms after SIGTERM\n")
    #expect(
      left.errorText
        == "sockdiag: port 8080 is in use: listener 127.0.0.1:8080 sh (pid \(other), fd 9), user root\n")
  }

  @Test func processThatOnlyClosesTheSocketIsNotKilled() async throws {
    let (result, signal, pid) = try await run("8080", "--yes", "--grace", "10s", script: Subject.Script.draining)
    #expect(signal == nil && result.status == 0)
    #expect(
      result.outputText
        == "port 8080 is free\nsh (pid \(pid), root): closed the socket and still runs; it was not killed\n")
  }

  @Test func allHoldersOfASharedSocketAreEnded() async throws {
    let tool = try Tool.path
    let (result, signals) = try await Laboratory.withNew { laboratory in
      let subjects = try Subject.holders(
        laboratory, [Subject.Script.plain, Subject.Script.stubborn, Subject.Script.plain])
      let result = try laboratory.namespace.run([tool, "kill", "8080", "--yes", "--grace", "2s"])
      return (result, subjects.map(\.endingSignal))
    }
    #expect(signals == [SIGTERM, SIGKILL, SIGTERM])
    #expect(result.status == 0 && result.outputText.split(separator: "\n").count == 3)
  }

  @Test func childrenThatHoldTheSocketEndWithTheirParent() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [Subject.Script.family], children: 2).first)
      let result = try laboratory.namespace.run([tool, "kill", "8080", "--yes"])
      #expect(subject.endingSignal == SIGTERM)
      #expect(result.outputText.contains("sh (pid \(subject.pid), root)"))
      return result
    }
    #expect(result.status == 0)
    #expect((2...4).contains(result.outputText.split(separator: "\n").count))
  }

  /// There are more processes than descriptors to watch them. Their parent ends with them, or reaps each of them.
  @Test(arguments: [false, true]) func allProcessesAreEndedWithFewDescriptors(_ isParentAlive: Bool) async throws {
    let tool = try Tool.path
    let family =
      "exec 7<&0; for i in $(seq 60); do sh -c 'read line' <&7 & done; \(isParentAlive ? "exec 9>&-; " : "")echo ready;"
      + " wait; wait; read line"
    let result = try await Laboratory.withNew { laboratory in
      let subject = try #require(try Subject.holders(laboratory, [family], children: 60).first)
      let result = try laboratory.namespace.run(["prlimit", "--nofile=48:48", tool, "kill", "8080", "--yes"])
      #expect(subject.endingSignal == (isParentAlive ? nil : SIGTERM))
      return result
    }
    let lines = result.outputText.split(separator: "\n")
    #expect(result.status == 0 && lines.count == 2, "\(result.errorText)")
    #expect(lines.last?.contains(isParentAlive ? " and 59 more processes: " : " and 60 workers: ") == true)
    #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(": ended by SIGTERM") }, "\(result.outputText)")
  }

  @Test func portWithoutHolderIsReportedAsThat() async throws {
    let (result, signal, _) = try await run("81", "--yes")
    #expect(signal == nil && result.status == 1)
    #expect(result.outputText == "" && result.errorText == "sockdiag: no process holds port 81\n")
    for other in ["127.0.0.2:8080", "[::1]:8080"] {
      let (result, signal, _) = try await run(other, "--yes")
      #expect(signal == nil && result.status == 1)
      #expect(result.errorText == "sockdiag: no process holds port \(other)\n")
    }
    let (udp, none, pid) = try await run("-u", "8080", "--yes")
    #expect(udp.status == 1 && none == nil)
    #expect(
      udp.errorText
        == "sockdiag: no process holds UDP port 8080, but sh (pid \(pid), root) holds TCP port 8080;"
        + " 'sockdiag kill 8080' ends it\n")
  }

  @Test func holdersOfBoundAndUDPSocketsAreEnded() async throws {
    let tool = try Tool.path
    let results = try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 8080)
      return try [([String](), true), (["-u"], false), (["-t", "-u"], true)].map { arguments, isBound in
        let socket = try isBound ? laboratory.boundSocket(to: place) : laboratory.udpSocket(bound: place)
        let inode = socket.inode
        let subject = try Subject(Subject.Script.plain, holding: [socket])
        try Subject.waitUntilAloneWith([inode], [subject])
        let result = try laboratory.namespace.run([tool, "kill", "8080", "--yes"] + arguments)
        return (result.status, result.outputText.split(separator: "\n").first.map(String.init), subject.endingSignal)
      }
    }
    #expect(results.map(\.0) == [0, 0, 0] && results.map(\.2) == [SIGTERM, SIGTERM, SIGTERM])
    #expect(
      results.map(\.1) == [
        "port 8080 is free", "UDP port 8080 is free",
        "TCP and UDP port 8080 is free",
      ])
  }

  // MARK: Several ports

  /// Runs the command while one process holds port 8080 and another port 8082.
  private func runBesideTwo(
    typing answer: String? = nil, _ arguments: [String]
  ) async throws -> (result: CommandResult, signals: [Int32?], pids: [Int32]) {
    let tool = try Tool.path
    return try await Laboratory.withNew { laboratory in
      let subjects = try ([8080, 8082] as [UInt16]).map { port in
        try #require(try Subject.holders(laboratory, [Subject.Script.plain], on: LabEndpoint(.loopbackV4, port)).first)
      }
      let words = [tool, "kill"] + arguments
      let namespace = laboratory.namespace
      let result = try answer.map { try namespace.run(words, typing: $0) } ?? namespace.run(words)
      return (result, subjects.map(\.endingSignal), subjects.map(\.pid))
    }
  }

  @Test(arguments: [["8080", "8082"], ["8080,8082"], ["8080-8082"], ["127.0.0.1:8080,8082"], ["8000-9000"]])
  func holdersOfAllPortsAreEndedWithOneResult(_ ports: [String]) async throws {
    let (result, signals, pids) = try await runBesideTwo(ports + ["--yes"])
    #expect(signals == [SIGTERM, SIGTERM] && result.status == 0 && result.errorText == "", "\(result.errorText)")
    let lines = result.outputText.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("ports ") == true && lines.first?.hasSuffix(" are free") == true)
    #expect(
      lines.dropFirst()
        == ["sh (pid \(pids[0]), root) and sh (pid \(pids[1]), root): ended by SIGTERM"], "\(result.outputText)")
  }

  @Test func oneQuestionIsForAllPorts() async throws {
    let (result, signals, _) = try await runBesideTwo(typing: "n\n", ["8080", "8082"])
    #expect(signals == [nil, nil] && result.status == Status.negative.rawValue)
    #expect(result.errorText.ranges(of: "[y/N]").count == 1)
    #expect(result.errorText.replacing("\n", with: " ").contains(" on ports 8080 and 8082. "), "\(result.errorText)")
  }

  @Test func portWithoutAHolderIsNamedBesideOthers() async throws {
    let (result, signals, _) = try await runBesideTwo(["8080", "8081", "9000-9010", "--yes"])
    #expect(signals == [SIGTERM, nil] && result.status == Status.negative.rawValue)
    #expect(
      result.errorText == "sockdiag: no process holds any of the ports 8081 and 9000-9010\n", "\(result.errorText)")
    #expect(result.outputText.hasPrefix("ports 8080, 8081 and 9000-9010 are free\n"))
  }

  @Test func rangeWithoutAHolderIsOneSentence() async throws {
    let (result, signals, _) = try await runBesideTwo(["9000-9010", "--yes"])
    #expect(signals == [nil, nil] && result.status == 1 && result.outputText == "")
    #expect(result.errorText == "sockdiag: no process holds any of the ports 9000-9010\n")
  }

  @Test func jsonOfSeveralPortsHasAVerdictForEach() async throws {
    let (result, _, _) = try await runBesideTwo(["8080", "8082", "--yes", "--json"])
    let value = try JSONValue(parsing: result.output)
    #expect(try Self.schema.violations(of: value).isEmpty)
    #expect(value["port"] == nil && value["arguments"]?.elements.count == 2)
    #expect(value["ports"]?.elements.map { $0["port"] } == [.number(8080), .number(8082)])
    #expect(value["ports"]?.elements.allSatisfy { $0["is_free"] == .boolean(true) } == true)
    #expect(value["processes"]?.elements.count == 2 && value["is_free"] == .boolean(true))
  }

  @Test func quietKillPrintsNothingIfAllIsWell() async throws {
    let (result, signal, _) = try await run("8080", "--yes", "-q")
    #expect(signal == SIGTERM && result.status == 0 && result.outputText == "" && result.errorText == "")
  }

  // MARK: Connections

  /// Runs the command for a connection: a subject holds the side with port 8080.
  private func runOnConnection(
    outgoing: Bool, _ arguments: String...
  ) async throws -> (result: CommandResult, signal: Int32?, pid: Int32) {
    let tool = try Tool.path
    return try await Laboratory.withNew { laboratory in
      let (own, other) = (LabEndpoint(.loopbackV4, 8080), LabEndpoint(.loopbackV4, 9090))
      let pair = try outgoing ? laboratory.connectedPair(to: other, from: own) : laboratory.connectedPair(to: own)
      let socket = outgoing ? pair.client : pair.server
      pair.listener.close()
      let inode = socket.inode
      let subject = try Subject(Subject.Script.plain, holding: [socket])
      try Subject.waitUntilAloneWith([inode], [subject])
      return try withExtendedLifetime(pair) {
        let result = try laboratory.namespace.run([tool, "kill", "8080", "--yes"] + arguments)
        return (result, subject.endingSignal, subject.pid)
      }
    }
  }

  @Test(arguments: [true, false]) func ownerOfAConnectionIsNotEnded(_ outgoing: Bool) async throws {
    let (result, signal, pid) = try await runOnConnection(outgoing: outgoing)
    #expect(signal == nil && result.status == Status.system.rawValue && result.outputText == "")
    #expect(result.errorText.contains("tcp    established"))
    #expect(
      result.errorText.hasSuffix(
        """
        sockdiag: nothing listens on port 8080 or is bound to it; it is the local port of 1 connection of sh (pid \(pid), root), \
        accepted by a listener that is gone, or outgoing from a port that its program chose; its owner is ended only \
        with --connections

        """))
    let choosable = EndingRefusal.onlyConnections([], isChoosable: true, PortSelection(40000))
    #expect("\(choosable)".contains("outgoing, as the port is one that the kernel chooses, or accepted"))
  }

  @Test(arguments: [true, false]) func ownerOfAConnectionIsEndedOnRequest(_ outgoing: Bool) async throws {
    let (result, signal, _) = try await runOnConnection(outgoing: outgoing, "--connections")
    // The other end is still open, so that the kernel waits for its FIN.
    #expect(signal == SIGTERM && result.status == Status.partial.rawValue)
    #expect(result.outputText.contains("ended by SIGTERM\n"))
  }

  @Test func recordsOfClosedConnectionsAreReported() async throws {
    let tool = try Tool.path
    let (result, again) = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 8080))
      let inodes = [pair.listener.inode, pair.server.inode]
      let subject = try Subject(Subject.Script.plain, holding: [pair.listener, pair.server])
      try Subject.waitUntilAloneWith(inodes, [subject])
      let result = try laboratory.namespace.run([tool, "kill", "8080", "--yes"])
      pair.client.close()
      return (result, try laboratory.namespace.run([tool, "kill", "8080", "--yes"]))
    }
    #expect(result.status == Status.partial.rawValue)
    #expect(
      result.errorText.hasPrefix("sockdiag: no process holds port 8080 any more, but it is in use until the peer "))
    #expect(again.status == 1)
    #expect(again.errorText.hasPrefix("sockdiag: no process holds port 8080: 1 record of a closed connection is left"))
  }

  // MARK: JSON

  private static var schema: JSONSchema {
    get throws {
      try JSONSchema(named: "kill")
    }
  }

  @Test func jsonListsProcessesAndOutcomes() async throws {
    let (result, _, pid) = try await run("8080", "--yes", "--json", "--grace", "200ms", script: Subject.Script.stubborn)
    let value = try JSONValue(parsing: result.output)
    #expect(try Self.schema.violations(of: value).isEmpty)
    #expect(value["port"] == .number(8080) && value["is_free"] == .boolean(true))
    let process = try #require(value["processes"]?.elements.first)
    #expect(process["pid"] == .number(Double(pid)) && process["outcome"] == .string("killed"))
    #expect(value["sockets"]?.elements.first?["holders"]?.elements.first?["pid"] == .number(Double(pid)))

    for arguments in [["8080", "--dry-run"], ["81", "--dry-run"]] {
      let (shown, _, _) = try await run(arguments[0], arguments[1], "--json")
      let value = try JSONValue(parsing: shown.output)
      #expect(try Self.schema.violations(of: value).isEmpty)
      #expect(value["is_free"] == nil && shown.status == (arguments[0] == "81" ? 1 : 0))
      #expect(value["refusal"]?["kind"] == (arguments[0] == "81" ? .string("no-holder") : nil))
      #expect(shown.errorText == (arguments[0] == "81" ? "sockdiag: no process holds port 81\n" : ""))
    }
    let (left, _, _) = try await run(
      "127.0.0.1:8080", "--yes", "--json", "--grace", "0", "--no-kill", script: Subject.Script.stubborn)
    let rest = try JSONValue(parsing: left.output)
    #expect(try Self.schema.violations(of: rest).isEmpty)
    #expect(rest["is_free"] == .boolean(false) && rest["remaining"]?.elements.count == 1)
    #expect(rest["addresses"] == .array([.string("127.0.0.1")]))
  }
}

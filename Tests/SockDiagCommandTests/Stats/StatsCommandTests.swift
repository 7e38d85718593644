import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `sockdiag stats` in a namespace of its own, beside sockets with known content.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct StatsCommandTests {
  /// Two listeners, five connections of the first one, of which two have 100 unread bytes, three connections that wait for
  /// the second one, and two UDP sockets: 20 sockets.
  private static let crowd = """
    import socket, sys
    web = socket.create_server(("127.0.0.1", 443), backlog=8)
    slow = socket.create_server(("127.0.0.1", 8080), backlog=8)
    kept = []
    for number in range(5):
        client = socket.create_connection(web.getsockname())
        peer, _ = web.accept()
        if number < 2: client.sendall(bytes(100))
        kept += [client, peer]
    for number in range(3): kept.append(socket.create_connection(slow.getsockname()))
    for port in (53, 54):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", port))
        kept.append(udp)
    print("ready", flush=True)
    sys.stdin.read()
    """

  /// Runs a script beside the crowd. In it, `$0` is the command.
  private func beside(_ script: String) async throws -> CommandResult {
    let tool = try Tool.path
    let around = """
      # With a trap the shell stays, and with it the pipe to the crowd.
      trap : EXIT
      coproc crowd { exec python3 -c "$1"; }
      read -r -u "${crowd[0]}" ready; [ "$ready" = ready ] || exit 70
      \(script)
      """
    return try await Laboratory.withNew { laboratory in
      // Names of namespaces that a script adds are seen by it alone.
      try laboratory.namespace.run(
        ["unshare", "-m", "--propagation", "private", "bash", "-c", around, tool, Self.crowd])
    }
  }

  private func groups(_ arguments: String) async throws -> [String: JSONValue] {
    let result = try await beside("\"$0\" stats --json \(arguments)")
    #expect(result.errorText == "")
    let value = try JSONValue(parsing: result.output)
    #expect(try JSONSchema(named: "stats").violations(of: value) == [])
    guard case .array(let groups)? = value["groups"] else { return [:] }
    // The parts add up to the whole.
    #expect(groups.compactMap { $0["sockets"]?.integer }.reduce(0, +) == value["total"]?["sockets"]?.integer)
    return Dictionary(uniqueKeysWithValues: groups.map { ($0["group"]?.string ?? "", $0) })
  }

  private func counts(_ arguments: String) async throws -> [String: Int] {
    try await groups(arguments).mapValues { $0["sockets"]?.integer ?? -1 }
  }

  @Test func everyGroupingCountsTheCrowd() async throws {
    let states = try await groups("--by state")
    #expect(states["tcp established"]?["sockets"]?.integer == 16)
    #expect(states["tcp established"]?["receive_queue"]?.integer == 200)
    #expect(states["tcp established"]?["bytes_received"]?.integer == 200)
    // The kernel also counts the SYN of each connection that was made here.
    #expect(states["tcp established"]?["bytes_acked"]?.integer == 208)
    #expect(states["tcp established"]?["rtt"]?["count"]?.integer == 16)
    #expect(states["tcp listen"]?["accept_queue"]?.integer == 3)
    #expect(states["udp unconnected"]?["sockets"]?.integer == 2)
    #expect(states.count == 3)

    let ports = try await counts("--by port")
    #expect(ports["443/tcp"] == 6 && ports["8080/tcp"] == 4 && ports["53/udp"] == 1 && ports["54/udp"] == 1)
    #expect(ports.count == 12)
    #expect(try await counts("--by peer-port state established")["443/tcp"] == 5)
    #expect(try await counts("-t --by peer") == ["127.0.0.1": 16, "(no peer)": 2])
    #expect(try await counts("-t --by peer/8") == ["127.0.0.0/8": 16, "(no peer)": 2])
    #expect(try await counts("-t --by direction") == ["local": 16, "listening": 2])
    #expect(try await counts("--by user").values.reduce(0, +) == 20)
    #expect(try await counts("--by namespace") == ["-": 20])

    // Nobody holds the connections that wait for accept().
    let processes = try await groups("--by process")
    #expect(processes["(no process)"]?["sockets"]?.integer == 3)
    let python = processes.first { $0.key.hasPrefix("python3") }?.value
    #expect(python?["sockets"]?.integer == 17 && python?["command"]?.string?.hasPrefix("python3") == true)
    #expect(processes.count == 2)
    for word in ["unit", "container", "cgroup"] {
      #expect(try await counts("--by \(word)").values.reduce(0, +) == 20)
    }
  }

  @Test func limitSumsTheRest() async throws {
    let groups = try await groups("-t --by port --limit 2 --sort sockets")
    #expect(groups["443/tcp"]?["sockets"]?.integer == 6 && groups["8080/tcp"]?["sockets"]?.integer == 4)
    #expect(groups["(8 other groups)"]?["sockets"]?.integer == 8)
    #expect(groups["(8 other groups)"]?["groups"]?.integer == 8)
  }

  @Test func orderChoosesTheFirst() async throws {
    let result = try await beside("\"$0\" stats -t --by port --sort queue --limit 1; \"$0\" stats -t -H --sort waiting")
    let rows = result.outputText.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(rows[0].prefix(2) == ["Port", "Sockets"])
    #expect(rows[1].first == "443/tcp" && rows[1].contains("200"))
    #expect(rows[4].prefix(3) == ["tcp", "listen", "2"])
  }

  @Test func summaryIsThatOfList() async throws {
    let result = try await beside(
      "\"$0\" stats -s >a; \"$0\" list -s | cmp - a && \"$0\" stats -s --json | grep -q sockets && echo same; rm a")
    #expect(result.status == 0 && result.outputText == "same\n")
  }

  /// Connections that begin and end between two looks count with all their bytes.
  @Test func trafficOfShortConnectionsIsCounted() async throws {
    let result = try await beside(
      """
      out=$(mktemp); trap 'rm -f "$out"' EXIT
      patiently() { until "$@"; do ((SECONDS < 100)) || { kill -KILL $pid; exit 70; }; sleep 0.05; done; }
      written() { [ "$(wc -l <"$out")" -ge 1 ]; }
      # The bytes that came to port 9443, of all looks.
      bytes() { python3 -c 'import json, sys
      groups = [group for line in open(sys.argv[1]) if line.endswith("\\n") for group in json.loads(line)["groups"]]
      print(sum(group.get("bytes_received", 0) for group in groups if group.get("port") == 9443))' "$out"; }
      accounted() { [ "$(bytes)" -ge 1500300 ]; }
      "$0" stats -t --by port --ndjson --every 100ms >"$out" & pid=$!
      patiently written
      python3 -c '
      import socket
      server = socket.create_server(("127.0.0.1", 9443))
      for number in range(300):
          client = socket.create_connection(server.getsockname())
          client.sendall(bytes(5_000))
          client.shutdown(socket.SHUT_WR)
          peer, _ = server.accept()
          while peer.recv(1 << 16): pass
          peer.close()
          client.recv(1)
          client.close()
      '
      patiently accounted
      kill -INT $pid; wait $pid; status=$?; bytes; cat "$out"; exit $status
      """)
    #expect(result.status == 0 && result.errorText == "")
    let lines = result.output.split(separator: 0x0a)
    // The end of a stream counts as a byte.
    #expect(lines.first.map { String(decoding: $0, as: UTF8.self) } == "1500300")
    let schema = try JSONSchema(named: "stats")
    let looks = try lines.dropFirst().map { try JSONValue(parsing: $0) }
    #expect(looks.flatMap(schema.violations) == [])
    #expect(looks[0]["elapsed_ms"] == nil && looks.dropFirst().allSatisfy { $0["elapsed_ms"] != nil })
  }

  @Test func countEndsTheRun() async throws {
    let result = try await beside(
      "chart=$(mktemp); \"$0\" stats -t --every 50ms -c 3 --chart \"$chart\"; grep -c polyline \"$chart\"; rm \"$chart\""
    )
    let rows = result.outputText.split(separator: "\n")
    #expect(result.status == 0 && result.errorText == "")
    #expect(rows.count { $0.contains(" sockets") } == 3)
    #expect(rows.last.flatMap { Int($0) }.map { $0 >= 2 } == true)
  }

  @Test func namespacesAreGroups() async throws {
    let result = try await beside(
      """
      mount -t tmpfs none /run && ip netns add blue && ip netns exec blue python3 -c '
      import socket, subprocess, sys
      kept = socket.create_server(("", 80))
      subprocess.run(sys.argv[1:])' "$0" stats --by namespace --all-netns --json
      """)
    let value = try JSONValue(parsing: result.output)
    #expect(try JSONSchema(named: "stats").violations(of: value) == [])
    guard case .array(let groups)? = value["groups"] else {
      Issue.record("no groups")
      return
    }
    // The one in which the command ran.
    let own = groups.first { $0["netns"]?["is_own"] != nil }
    #expect(own?["sockets"]?.integer == 1)
    #expect(groups.contains { $0["sockets"]?.integer == 20 })
  }
}

extension JSONValue {
  fileprivate var integer: Int? { if case .number(let number) = self { Int(number) } else { nil } }
  fileprivate var string: String? { if case .string(let text) = self { text } else { nil } }
}

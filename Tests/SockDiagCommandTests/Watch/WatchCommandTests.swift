import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `watch` without a terminal, and its options.
struct WatchCommandTests {
  @Test(arguments: [
    ("--every 10ms", "--every: 10ms is too short; give at least 50ms"), ("--every x", "--every: 'x' is not a time"),
    ("--top 0", "--top: 0 is not possible; give a number from 1 to 10000"),
    ("--count 0", "--count: 0 is not possible"), ("--by nonsense", "--by: 'nonsense' is not one of state, direction"),
    ("--by namespace", "--by namespace: one network namespace is looked at; add --all-netns"),
    ("--all-netns --netns /proc/self/ns/net", "--all-netns and --netns exclude each other"), ("--sort name", "--sort"),
    ("-f unix", "watch follows sockets of IPv4 and IPv6 only"),
    ("comm = nginx", "watch looks up processes only for the rows that are seen"),
    ("sport = :70000", "filter, column 9"),
  ])
  func wrongUsageIsExplained(line: String, message: String) throws {
    let words = ["watch", "--lines"] + line.split(separator: " ").map(String.init)
    let result = try Tool.run(words)
    #expect(result.status == ExitStatus.usage.rawValue && result.text == "")
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  @Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
  struct Live {
    private static func lines(_ laboratory: Laboratory, _ options: String...) throws -> [String] {
      let result = try laboratory.namespace.run([try Tool.path, "watch", "--every", "50ms"] + options)
      #expect(result.status == 0 && result.errorText == "")
      return result.outputText.split(separator: "\n").map(String.init)
    }

    /// The line without the time, and the figures that differ from run to run.
    private static func mask(_ line: String) -> String {
      line.drop { $0 != " " }.dropFirst().split(separator: " ").map { word in
        let name = word.prefix { $0 != "=" }
        return ["rtt", "age", "process"].contains(name) ? "\(name)=…" : String(word)
      }.joined(separator: " ")
    }

    @Test func eachLookIsSomeLines() async throws {
      try await Laboratory.withNew { laboratory in
        let pair = try laboratory.connectedPair(
          to: LabEndpoint(.loopbackV4, 4000), from: LabEndpoint(.loopbackV4, 5000))
        let lines = try withExtendedLifetime(pair) { try Self.lines(laboratory, "--count", "2") }
        #expect(lines.count == 8)
        #expect(
          lines.map(Self.mask).sorted().prefix(2).allSatisfy {
            $0 == "all sockets=3 established=2 listen=1 received=0 sent=0 retransmits=0 appeared=0 ended=0"
          })
        let client =
          "socket tcp established 127.0.0.1:5000 127.0.0.1:4000 received=0 sent=0 retransmits=0 rtt=… recv-q=0"
        #expect(lines.map(Self.mask).contains("\(client) send-q=0 age=… process=…"))
        #expect(lines.map(Self.mask).contains("socket tcp listen 127.0.0.1:4000 * accept-q=0/16 age=… process=…"))
        #expect(lines.allSatisfy { !$0.contains("\u{1b}") })
      }
    }

    @Test func filterTopAndOrderChooseLines() async throws {
      try await Laboratory.withNew { laboratory in
        let pair = try laboratory.connectedPair(
          to: LabEndpoint(.loopbackV4, 4000), from: LabEndpoint(.loopbackV4, 5000))
        try pair.client.send(1234)
        try withExtendedLifetime(pair) {
          let top = try Self.lines(laboratory, "--count", "1", "--top", "1", "--sort", "queue")
          #expect(
            top.count == 2 && top[1].contains("127.0.0.1:4000 127.0.0.1:5000") && top[1].contains(" recv-q=1234 "))
          let filtered = try Self.lines(laboratory, "--count", "1", "sport = :5000")
          #expect(filtered.count == 2 && filtered[0].contains(" sockets=1 established=1 "))
        }
      }
    }

    @Test func groupsHaveLinesToo() async throws {
      try await Laboratory.withNew { laboratory in
        let pair = try laboratory.connectedPair(
          to: LabEndpoint(.loopbackV4, 4000), from: LabEndpoint(.loopbackV4, 5000))
        let lines = try withExtendedLifetime(pair) {
          try Self.lines(laboratory, "--count", "1", "--by", "port").map(Self.mask)
        }
        let figures = "waiting=0 recv-q=0 send-q=0 appeared=0 ended=0 name="
        #expect(lines.count == 3)
        #expect(
          lines.contains { $0.hasPrefix("group sockets=2 received=0 sent=0 ") && $0.hasSuffix(figures + "4000/tcp") })
        #expect(
          lines.contains { $0.hasPrefix("group sockets=1 received=0 sent=0 ") && $0.hasSuffix(figures + "5000/tcp") })
      }
    }

    /// Two connections with the same addresses and ports, in two namespaces, are two sockets with their own figures.
    @Test func allNamespacesAreFollowed() async throws {
      let script = """
        mount -t tmpfs none /run && mkfifo /run/ready && ip netns add blue && ip -n blue link set lo up || exit
        trap 'kill $first $second' EXIT
        holder='
        import signal, socket, sys
        server = socket.create_server(("127.0.0.1", 4000))
        client = socket.create_connection(server.getsockname(), source_address=("127.0.0.1", 5000))
        client.sendall(bytes(int(sys.argv[1])))
        open("/run/ready", "w").close()
        signal.pause()'
        ip netns exec blue python3 -c "$holder" 700 & first=$!; read < /run/ready
        python3 -c "$holder" 300 & second=$!; read < /run/ready
        "$0" watch --lines --every 50ms --count 1 --top 10000 --all-netns 'sport = :4000 and state established'
        "$0" watch --lines --every 50ms --count 1 --top 10000 --all-netns --by namespace 'sport = :4000'
        """
      let text = try await Laboratory.withNew { laboratory in
        try laboratory.namespace.run(
          ["unshare", "-m", "--propagation", "private", "bash", "-c", script, try Tool.path]
        ).outputText
      }
      let lines = text.split(separator: "\n").map(String.init)
      let sockets = lines.filter { $0.contains(" socket tcp established 127.0.0.1:4000 127.0.0.1:5000 ") }
      #expect(sockets.count { $0.contains(" recv-q=700 ") && $0.hasSuffix(" netns=blue") } == 1)
      #expect(sockets.count { $0.contains(" recv-q=300 ") && $0.hasSuffix(" netns=-") } == 1)
      let groups = lines.filter { $0.contains(" group sockets=2 ") }
      #expect(groups.count { $0.contains(" recv-q=700 ") && $0.hasSuffix(" name=blue") } == 1)
      #expect(groups.count { $0.contains(" recv-q=300 ") && $0.hasSuffix(" name=-") } == 1)
    }

    @Test func pipeThatIsClosedEndsIt() async throws {
      try await Laboratory.withNew { laboratory in
        let script = #""$0" watch --every 50ms | head -1; echo "${PIPESTATUS[0]}""#
        let result = try laboratory.namespace.run(["bash", "-c", script, try Tool.path])
        let lines = result.outputText.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].contains(" all sockets=0 ") && lines[1] == "141")
      }
    }

    @Test(arguments: ["INT", "TERM"]) func signalEndsItWithSuccess(signal: String) async throws {
      try await Laboratory.withNew { laboratory in
        let script = #"timeout --preserve-status -s "$1" 2 "$0" watch --every 100ms"#
        let result = try laboratory.namespace.run(["sh", "-c", script, try Tool.path, signal])
        #expect(result.status == 0 && result.outputText.contains(" all sockets=0 "))
      }
    }
  }
}

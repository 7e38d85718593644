import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `--all-netns`: sockets, events and findings of every network namespace, each with the name of its own.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct AllNamespacesTests {
  /// The ports and the inodes of namespaces in JSON, of the members of a set alone: other tests have namespaces too.
  private static func places(_ result: CommandResult, _ many: ManyNamespaces) throws -> [[Double]] {
    let schema = try JSONTests.schema
    let elements = try JSONValue(parsing: result.output).elements
    #expect(elements.flatMap(schema.violations) == [])
    let inodes = Set(many.members.map { Double($0.inode) })
    return elements.compactMap { element in
      guard case .number(let port)? = element["local"]?["port"],
        case .number(let inode)? = element["network_namespace"]?["inode"], inodes.contains(inode), port < 20_000
      else { return nil }
      return [port, inode]
    }
  }

  /// The sockets of a set, without those of other tests. A host may have a million.
  private static let filter = "sport >= :10000 and sport <= :10007"

  @Test(arguments: [["list", "-tul"], ["list", "-tua"], ["list", "-tuap"], ["list", "-tul", "--sort", "port"]])
  func socketsOfAllNamespacesAreTagged(_ words: [String]) async throws {
    let tool = try Tool.path
    try await Laboratory.withNew { laboratory in
      let many = try ManyNamespaces(8, withProcess: 2, in: laboratory)
      let result = try laboratory.namespace.run([tool] + words + ["--all-netns", "--json", Self.filter])
      #expect(result.status == 0, "\(result.errorText)")
      let expected = many.members.filter { $0.kind != .empty }.map { [Double($0.port), Double($0.inode)] }
      let places = Set(try Self.places(result, many))
      #expect(places == Set(expected), "\(result.errorText)")
    }
  }

  @Test func rowsBeginWithTheNamespace() async throws {
    let tool = try Tool.path
    let script = """
      mount -t tmpfs none /run && ip netns add blue && ip -n blue link set lo up && touch /run/netns/left
      ip netns exec blue "$0" capabilities >/dev/null
      "$0" list -tl --all-netns sport = :23917 2>&1; "$0" --all-netns -H sport = :23917; "$0" -s --all-netns sport = :23917
      "$0" list --all-netns --columns +netns sport = :23917; "$0" list -l --columns netns,local sport = :23917
      """
    let result = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 23_917))
      return try withExtendedLifetime(listener) {
        try laboratory.namespace.run(["unshare", "-m", "--propagation", "private", "sh", "-c", script, tool])
      }
    }
    let lines = result.outputText.split(separator: "\n").map(String.init)
    #expect(lines.first?.split(separator: " ").first == "Netns")
    #expect(result.outputText.contains("left leads to no network namespace; 'ip netns delete' removes the name"))
    let row = try #require(lines.first { $0.contains("127.0.0.1:23917") && $0.contains("listen") })
    // That of the command needs no name.
    #expect(row.split(separator: " ").prefix(3) == ["-", "tcp", "listen"], "\(row)")
    #expect(lines.contains { $0.split(separator: " ") == ["tcp", "listen", "1", "0", "1"] }, "\(result.outputText)")
    #expect(lines.contains { $0.split(separator: " ") == ["-", "127.0.0.1:23917"] }, "\(result.outputText)")
  }

  @Test(.enabled(if: LabNamespace.hasProgram("ip"), "needs ip"))
  func namesAreThoseOfIPNetns() async throws {
    let tool = try Tool.path
    let script = """
      mount -t tmpfs none /run && ip netns add blue && ip -n blue link set lo up
      ip netns exec blue "$0" events -u --ndjson >/dev/null & pid=$!
      until "$0" list --netlink --all-netns --json | grep '"name":"blue"'; do sleep 0.1; done; kill $pid
      """
    let result = try await LabNamespace.withNew { namespace in
      try namespace.run(["unshare", "-m", "--propagation", "private", "sh", "-c", script, tool])
    }
    #expect(
      result.outputText.contains("\"label\":\"blue\",\"name\":\"blue\",\"path\":\"/run/netns/blue\""),
      "\(result.errorText)")
  }

  /// The same number is another interface in each namespace.
  @Test(.enabled(if: LabNamespace.hasProgram("ip"), "needs ip"))
  func interfacesHaveTheNamesOfTheirNamespace() async throws {
    let tool = try Tool.path
    try await Laboratory.withNew { laboratory in
      let sockets = try laboratory.namespace.inAnother {
        #expect(
          try laboratory.namespace.run(["sh", "-c", "ip link set lo down && ip link set lo name other0"]).status == 0)
        let socket = try laboratory.udpSocket(bound: LabEndpoint(.anyV4, 23_918), options: [.bindToDevice("other0")])
        return (socket, try LabHolder(.nothing, socket))
      }
      let here = try laboratory.udpSocket(bound: LabEndpoint(.anyV4, 23_918), options: [.bindToDevice("lo")])
      try withExtendedLifetime((sockets, here)) {
        let words = [tool, "list", "-ul", "--all-netns", "sport = :23918"]
        let table = try laboratory.namespace.run(words).outputText
        #expect(table.contains("%other0:23918") && table.contains("%lo:23918"), "\(table)")
        let json = try laboratory.namespace.run(words + ["--json"]).output
        let names = try JSONValue(parsing: json).elements.map { $0["interface_name"] }
        #expect(Set(names) == [.string("lo"), .string("other0")])
      }
    }
  }

  @Test func unprivilegedUserSeesTheTablesOfProcessesAndIsToldSo() async throws {
    let tool = try Tool.unfolded
    try await Laboratory.withNew { laboratory in
      let many = try ManyNamespaces(4, withProcess: 4, in: laboratory)
      let words = ["list", "-tul", "--all-netns", Self.filter]
      let json = try laboratory.namespace.run(Tool.asNobody + tool + words + ["--json"])
      #expect(json.status == Status.partial.rawValue)
      let elements = try JSONValue(parsing: json.output).elements
      #expect(elements.flatMap(try JSONTests.schema.violations) == [])
      let found = Set(elements.filter { $0["source"] == .string("proc-net") }.compactMap { $0["local"]?["port"] })
      let expected = Set(many.members.filter { $0.kind != .empty }.map { JSONValue.number(Double($0.port)) })
      #expect(found.isSuperset(of: expected), "\(json.errorText)")
      #expect(json.errorText.contains("so the tables of a process in each were read"), "\(json.errorText)")
      #expect(json.errorText.contains("CAP_SYS_ADMIN"))
      // One of them by its process.
      let pid = elements.first { $0["local"]?["port"] == .number(10_001) }?["network_namespace"]?["pid"]
      guard case .number(let pid)? = pid else { throw Tool.Failure(what: "no process of a namespace") }
      let one = try laboratory.namespace.run(Tool.asNobody + tool + ["-N", "\(Int(pid))", "-H"])
      #expect(one.outputText.contains("127.0.0.1:10001") && one.status == Status.partial.rawValue, "\(one)")
      #expect(one.errorText.contains("this user may not enter network namespace \(Int(pid))"), "\(one.errorText)")
      withExtendedLifetime(many) {}
    }
  }

  @Test(arguments: [
    (["list", "--all-netns", "-N", "/proc/self/ns/net"], "--all-netns and --netns exclude each other"),
    (["list", "--all-netns", "dev lo"], "name that with --netns instead of --all-netns"),
    (["list", "--all-netns", "--explain"], "--explain is about one network namespace"),
    (["check", "--all-netns", "-N", "/proc/self/ns/net"], "--all-netns and --netns exclude each other"),
    (["events", "--all-netns", "--ndjson", "-N", "/proc/self/ns/net"], "--all-netns and --netns exclude each other"),
    (["events", "--all-netns", "--ndjson", "dev lo"], "name that with --netns instead of --all-netns"),
  ])
  func contradictionsAreRefused(_ words: [String], _ message: String) async throws {
    let tool = try Tool.unfolded
    let result = try await LabNamespace.withNew { try $0.run(tool + words) }
    #expect(result.status == Status.usage.rawValue)
    #expect(result.errorText.contains(message), "\(result.errorText)")
  }

  @Test func eventsOfAllNamespacesAreTagged() async throws {
    let tool = try Tool.path
    // The probe of 'capabilities' listens for a moment, in a namespace that was there and in one that comes later.
    let script = """
      mount -t tmpfs none /run && ip netns add old && ip -n old link set lo up
      out=$(mktemp); "$0" events --all-netns -t --ndjson >"$out" & pid=$!
      until grep -q '"name":"old"' "$out"; do ip netns exec old "$0" capabilities >/dev/null; sleep 0.05; done
      ip netns add new && ip -n new link set lo up
      until grep -q '"name":"new"' "$out"; do ip netns exec new "$0" capabilities >/dev/null; sleep 0.05; done
      kill -INT $pid; wait $pid; status=$?; grep '"name":"\\(old\\|new\\)"' "$out"; rm "$out"; exit $status
      """
    let result = try await LabNamespace.withNew { namespace in
      try namespace.run(["unshare", "-m", "--propagation", "private", "bash", "-c", script, tool])
    }
    #expect(result.status == 0 && result.errorText == "", "\(result.errorText)")
    let lines = try result.output.split(separator: 0x0a).map { try JSONValue(parsing: $0) }
    #expect(lines.flatMap(try EventRenderingTests.schema.violations) == [])
  }

  @Test func findingsOfAllNamespacesAreTagged() async throws {
    let tool = try Tool.unfolded
    try await Laboratory.withNew { laboratory in
      let sockets = try laboratory.namespace.inAnother {
        try laboratory.namespace.set("net.ipv4.ip_local_port_range", to: "40000 40003")
        let sockets = try (0..<4).map { _ in try laboratory.udpSocket(bound: LabEndpoint(.anyV4, 0)) }
        return (sockets, try LabHolder(.nothing, sockets[0]))
      }
      let pid = sockets.1.pid
      func check(_ words: String...) throws -> CommandResult {
        try laboratory.namespace.run(tool + ["check", "--interval", "0.2", "--all-netns"] + words)
      }
      let json = try check("--json")
      #expect(json.status == Status.negative.rawValue)
      let findings = try JSONValue(parsing: json.output).elements
      #expect(findings.flatMap(try JSONSchema(named: "finding").violations) == [])
      let isFound = findings.contains {
        $0["rule"] == .string("ports-to-bind") && $0["network_namespace"]?["pid"] == .number(Double(pid))
      }
      #expect(isFound, "\(json.outputText)")
      let text = try check().outputText
      #expect(text.contains("Network namespace \(pid), which commands enter with 'nsenter -t \(pid) -n':\n"), "\(text)")
      #expect(
        try check("--openmetrics").outputText.contains("sockdiag_findings{netns=\"\(pid)\",rule=\"ports-to-bind\"} 1"))
      withExtendedLifetime(sockets) {}
    }
  }
}

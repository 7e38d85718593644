import ArgumentParser
import FoundationEssentials
import Glibc
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `-s`, `-A` and `-F`, the options of `ss` that choose and count sockets.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct SummaryTests {
  /// A listener, a connection with both of its ends, and a UDP socket.
  private func run(_ words: [String]...) async throws -> [CommandResult] {
    let tool = try Tool.path
    return try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 1000))
      let udp = try laboratory.udpSocket(bound: LabEndpoint(.loopbackV6, 5353))
      return try withExtendedLifetime((pair, udp)) { try words.map { try laboratory.namespace.run([tool] + $0) } }
    }
  }

  private static let table = """
    Proto  State        IPv4  IPv6  Total
    tcp    established     2     0      2
    tcp    listen          1     0      1
    tcp    all             3     0      3
    udp    unconnected     0     1      1
    udp    all             0     1      1

    """

  @Test func summaryCountsAllSocketsByState() async throws {
    let results = try await run(["-s"], ["list", "-s"], ["listeners", "--summary"])
    for result in results { #expect(result.outputText == Self.table && result.status == 0 && result.errorText == "") }
  }

  @Test func summaryObeysOptionsAndFilters() async throws {
    let results = try await run(
      ["-s", "-u"], ["-ls", "-t"], ["-s", "state", "established"], ["-s", "sport", "=", ":5353"])
    #expect(results[0].outputText.hasSuffix("udp    all             0     1      1\n"))
    #expect(!results[0].outputText.contains("tcp"))
    #expect(results[1].outputText.hasSuffix("tcp    listen     1     0      1\ntcp    all        1     0      1\n"))
    #expect(results[2].outputText.contains("tcp    established     2     0      2\n"))
    #expect(!results[2].outputText.contains("listen"))
    #expect(results[3].outputText.contains("udp    all             0     1      1\n"))
  }

  @Test func summaryIsAnObjectInJSON() async throws {
    let result = try #require(try await run(["-s", "-j"]).first)
    #expect(
      result.outputText == """
        {"sockets":4,"protocols":[
        {"protocol":"tcp","sockets":3,"ipv4":3,"ipv6":0,"states":[{"state":"established","sockets":2,"ipv4":2,"ipv6":0},\
        {"state":"listen","sockets":1,"ipv4":1,"ipv6":0}]},
        {"protocol":"udp","sockets":1,"ipv4":0,"ipv6":1,"states":[{"state":"unconnected","sockets":1,"ipv4":0,"ipv6":1}]}
        ]}

        """)
  }

  @Test func summaryDoesNotLookUpProcesses() throws {
    let result = try Tool.run(["-s", "comm", "=", "sh"])
    #expect(result.status == Status.usage.rawValue)
    #expect(result.errors.contains("'sockdiag list -ap'"))
  }

  // MARK: -A

  private func selection(_ line: String) throws -> Selection {
    guard case .command(let command, _) = try SockDiagTool.parse(line.split(separator: " ").map(String.init)) else {
      throw CommandFailure.usage("a page")
    }
    return try #require(command as? SockDiagCommand.List).selection.selection(default: .connected)
  }

  @Test func queryChoosesKinds() throws {
    #expect(try selection("list -A tcp") == selection("list -t"))
    #expect(try selection("list -A udp") == selection("list -u"))
    #expect(try selection("list -A tcp,udp") == selection("list -tu"))
    #expect(try selection("list -A inet").kinds == [.tcp, .udp, .raw, .sctp, .dccp])
    #expect(try selection("list -A inet,!udp").kinds == [.tcp, .raw, .sctp, .dccp])
    #expect(try selection("list -A unix") == selection("list -x"))
    #expect(try selection("list -A u_str,u_dgr,u_seq") == selection("list -f unix"))
    #expect(try selection("list -A packet,raw") == selection("list -0w"))
    #expect(try selection("list -A tcp,!raw") == selection("list -t"))
    #expect(try selection("list -t -A udp") == selection("list -tu"))
    #expect(try selection("list -A netlink") == selection("list -f netlink"))
    #expect(try selection("list --query tcp") == selection("list --socket tcp"))
    let all = try selection("list -A all")
    #expect(!all.tcp.isEmpty && !all.udp.isEmpty && all.kinds == SocketKind.allCases)
  }

  @Test(arguments: [
    (
      "tpc",
      "-A: 'tpc' is not a kind of sockets; kinds are tcp, udp, mptcp, udplite, raw, sctp, dccp, unix, netlink, packet, "
        + "vsock, xdp, tipc, smc, inet and all: 'sockdiag list -A tcp,udp'"
    ), ("tcp,!tcp", "-A: 'tcp,!tcp' leaves no kind of sockets; name one: 'sockdiag list -A tcp,udp'"),
  ]) func wrongQueryNamesTheRightOne(_ kinds: String, _ sentence: String) {
    #expect(throws: CommandFailure.usage(sentence)) { _ = try QueryOption(parsing: kinds) }
  }

  // MARK: -F

  @Test func filterIsReadFromAFile() async throws {
    let results = try await TemporaryFolder.with { folder in
      let path = folder + "/filter"
      try "sport = :1000\nor sport = :5353\n".write(toFile: path, atomically: false, encoding: .utf8)
      return try await run(["-HlF", path], ["-HlF", path, "sport", "<", ":2000"], ["-Hl", "--filter=\(path)"])
    }
    #expect(results.map { $0.outputText.split(separator: "\n").count } == [2, 1, 2])
    #expect(results.allSatisfy { $0.status == 0 })
  }

  @Test func filterIsReadFromStandardInput() throws {
    let result = try Tool.shell("echo 'sport = :80 and' | \"$0\" list -F -")
    #expect(result.status == Status.usage.rawValue)
    #expect(
      result.errors.hasPrefix(
        "sockdiag: filter, column 16: a condition is missing at the end; write one, such as 'sport = :80'"))
    #expect(try Tool.shell("echo 'sport = :80' | \"$0\" list -F -").status == 0)
  }

  @Test func fileIsAFilterForDestroyToo() throws {
    let result = try Tool.shell("echo 'sport = :1 and dport = :1' | \"$0\" destroy --dry-run -F -")
    #expect(result.status == 0 && result.errors == "sockdiag: no socket matches\n", "\(result)")
    let empty = try Tool.shell("\"$0\" destroy --dry-run -F /dev/null")
    #expect(empty.status == Status.usage.rawValue && empty.errors.contains("no filter says which sockets to destroy"))
  }

  @Test(arguments: [("/nonexistent", Status.noInput), ("/dev/zero", .badData), ("", .usage)])
  func wrongFileIsReported(_ path: String, _ status: Status) throws {
    let result = try Tool.run(["list", "-F", path])
    #expect(result.status == status.rawValue)
    #expect(result.errors.hasPrefix("sockdiag: -F: "))
  }

  // MARK: -N

  @Test func namespaceIsEnteredByEverySubcommandWithAFilter() async throws {
    let tool = try Tool.path
    let (there, here, record) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 1234))
      let path = "/proc/\(getpid())/task/\(laboratory.namespace.threadID)/ns/net"
      return try withExtendedLifetime(listener) {
        try LabNamespace.withNew { elsewhere in
          (
            try elsewhere.run([tool, "-Ht", "-N", path]), try elsewhere.run([tool, "-Ht"]),
            try elsewhere.run([tool, "record", "-", "--netns", path, "sport", "=", ":1234"])
          )
        }
      }
    }
    #expect(there.outputText.contains("127.0.0.1:1234") && there.status == 0)
    #expect(here.outputText.isEmpty && here.status == 0)
    #expect(record.output.count > 1000 && record.status == 0)
    let missing = try Tool.run(["list", "-N", "no-such-namespace"])
    #expect(missing.status == Status.noInput.rawValue && missing.errors.hasPrefix("sockdiag: --netns: there is no "))
    let capture = try Tool.run(["decode", "-N", "1", "/dev/null"])
    #expect(capture.status == Status.usage.rawValue)
  }
}

import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// `sockdiag destroy` on sockets of a namespace of its own.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct DestroyCommandTests {
  /// A listener with a connection, and a UDP socket, all on port 8080; what was answered, and what is left of the three.
  private func run(
    _ body: @escaping @Sendable (_ namespace: LabNamespace, _ tool: String) throws -> CommandResult
  ) async throws -> (result: CommandResult, left: [String]) {
    let tool = try Tool.path
    return try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 8080)
      let pair = try laboratory.connectedPair(to: place)
      let receiver = try laboratory.udpSocket(bound: place)
      return try withExtendedLifetime((pair, receiver)) {
        let result = try body(laboratory.namespace, tool)
        var inspector = try SocketInspector()
        let queries = [SocketQuery(.tcp, states: .all), SocketQuery(.udp)]
        let left = try queries.flatMap { try inspector.dump($0).sockets }
        return (result, left.filter { $0.local.port == 8080 }.map { "\($0.protocol) \($0.state)" })
      }
    }
  }

  private static let all = ["tcp listen", "tcp established", "udp close"]
  private static let remarks = """
    sockdiag: the destroyed listener keeps its port until its process closes it; end the process to free the port
    sockdiag: the destroyed UDP socket stays bound, and takes datagrams, until its process closes it; end the process \
    to free the port

    """

  /// The first, second and last cell of each row.
  private func rows(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
      let cells = line.split(separator: " ")
      return "\(cells[0]) \(cells[1]) \(cells[cells.count - 1])"
    }
  }

  @Test func dryRunOnlyShows() async throws {
    for arguments in [["--dry-run"], ["--dry-run", "--yes"]] {
      let (result, left) = try await run { namespace, tool in
        try namespace.run([tool, "destroy", "sport", "=", ":8080"] + arguments)
      }
      #expect(result.status == 0 && result.errorText == "")
      #expect(result.outputText.hasPrefix("Proto  State        Accept-Q  Recv-Q  Send-Q  Local           Peer\n"))
      #expect(result.outputText.split(separator: "\n").count == 4)
      #expect(left == Self.all)
    }
  }

  @Test func yesOptionSkipsTheQuestion() async throws {
    let (result, left) = try await run { namespace, tool in
      try namespace.run([tool, "destroy", "sport", "=", ":8080", "--yes"])
    }
    #expect(result.status == 0)
    #expect(
      rows(result.outputText) == [
        "Proto State Result", "tcp listen destroyed", "tcp established destroyed", "udp unconnected destroyed",
      ])
    #expect(result.errorText == Self.remarks)
    #expect(left == ["udp close"])
  }

  @Test(arguments: ["y\n", "Yes \n"]) func yesOnTheTerminalDestroys(_ answer: String) async throws {
    let (result, left) = try await run { namespace, tool in
      try namespace.run([tool, "destroy", "-t", "sport", "=", ":8080", "--ndjson"], typing: answer)
    }
    #expect(result.status == 0)
    #expect(result.errorText.contains("127.0.0.1:8080  *\n"))
    #expect(result.errorText.contains("\nDestroy these 2 sockets? [y/N] sockdiag: the destroyed listener keeps"))
    #expect(result.outputText.split(separator: "\n").allSatisfy { $0.hasSuffix("\"result\":\"destroyed\"}") })
    #expect(result.outputText.split(separator: "\n").count == 2)
    #expect(left == ["udp close"])
  }

  /// The last is the end of the input.
  @Test(arguments: ["n\n", "\n", "yy\n", "\u{4}"]) func anyOtherAnswerDestroysNothing(_ answer: String) async throws {
    let (result, left) = try await run { namespace, tool in
      try namespace.run([tool, "destroy", "-u", "sport", "=", ":8080"], typing: answer)
    }
    #expect(result.status == Status.system.rawValue)
    #expect(result.outputText == "")
    #expect(result.errorText.hasSuffix("Destroy this socket? [y/N] sockdiag: nothing was destroyed\n"))
    #expect(left == Self.all)
  }

  @Test func decliningWithJSONListsSocketsOnly() async throws {
    let (result, _) = try await run { namespace, tool in
      try namespace.run([tool, "destroy", "-u", "sport", "=", ":8080", "--json"], typing: "n\n")
    }
    let elements = try JSONValue(parsing: result.output).elements
    #expect(elements.count == 1 && elements.first?["result"] == nil)
    #expect(result.status == Status.system.rawValue)
  }

  @Test func fileOnStandardInputIsNotAnAnswer() async throws {
    let (result, left) = try await run { namespace, tool in
      try namespace.run([tool, "destroy", "sport", "=", ":8080"], input: Array("y\n".utf8))
    }
    #expect(result.status == Status.usage.rawValue)
    #expect(result.errorText.contains("--yes") && result.errorText.contains("--dry-run"))
    #expect(left == Self.all)
  }

  @Test func missingMatchIsReported() async throws {
    for (format, output) in [("--json", "[]\n"), ("--ndjson", ""), ("-H", "")] {
      let (result, left) = try await run { namespace, tool in
        try namespace.run([tool, "destroy", "sport", "=", ":1", "--yes", format])
      }
      #expect(result.status == 0)
      #expect(result.errorText == "sockdiag: no socket matches\n")
      #expect(result.outputText == output)
      #expect(left == Self.all)
    }
  }

  @Test func jsonHasTheResultAndFitsTheSchema() async throws {
    let (result, _) = try await run { namespace, tool in
      try namespace.run([tool, "destroy", "sport", "=", ":8080", "--yes", "--json", "-imoe"])
    }
    #expect(result.status == 0)
    let elements = try JSONValue(parsing: result.output).elements
    #expect(elements.map { $0["result"] } == Array(repeating: .string("destroyed"), count: 3))
    #expect(elements.map { $0["state"] } == ["listen", "established", "close"].map { .string($0) })
    #expect(elements.flatMap(try JSONTests.schema.violations) == [])
  }

  @Test func withoutPrivilegeNothingIsDestroyed() async throws {
    let (result, left) = try await run { namespace, tool in
      try namespace.run([
        "setpriv", "--bounding-set", "-net_admin", tool, "destroy", "-H", "sport", "=", ":8080", "--yes",
      ])
    }
    #expect(result.status == Status.noPermission.rawValue)
    #expect(rows(result.outputText).allSatisfy { $0.hasSuffix(" denied") })
    #expect(
      result.errorText
        == "sockdiag: cannot destroy 3 sockets: Operation not permitted; run as root or with the capability CAP_NET_ADMIN\n"
    )
    #expect(left == Self.all)
  }

  @Test func boundSocketIsReportedWithTheRemedy() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 8080))
      return try withExtendedLifetime(socket) {
        try laboratory.namespace.run([tool, "destroy", "-BH", "sport", "=", ":8080", "--yes"])
      }
    }
    #expect(result.status == Status.system.rawValue)
    #expect(rows(result.outputText) == ["tcp bound-inactive only-bound"])
    #expect(
      result.errorText == """
        sockdiag: cannot destroy 1 socket: only bound, and the kernel finds none such by its addresses; close its \
        descriptor, or end the process that holds it

        """)
  }

  /// A whole SO_REUSEPORT group, which the kernel does not let be destroyed in any order.
  @Test(arguments: [LabAddress.anyV4, .anyV6]) func wholeGroupIsDestroyed(_ address: LabAddress) async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(address, 8080)
      let group = try (0..<5).flatMap { _ in
        [
          try laboratory.tcpListener(on: place, options: [.reusePort]),
          try laboratory.udpSocket(bound: place, options: [.reusePort]),
        ]
      }
      return try withExtendedLifetime(group) {
        try laboratory.namespace.run([tool, "destroy", "-H", "sport", "=", ":8080", "--yes"])
      }
    }
    #expect(result.status == 0)
    #expect(
      rows(result.outputText)
        == Array(repeating: "tcp listen destroyed", count: 5)
        + Array(repeating: "udp unconnected destroyed", count: 5))
    #expect(result.errorText.contains("the 5 destroyed listeners keep their ports"))
    #expect(result.errorText.contains("5 destroyed UDP sockets stay bound"))
  }
}

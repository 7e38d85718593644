import Glibc
import HostFindings
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

@testable import SockDiagCommand

/// `check` in namespaces where something is wrong, and where nothing is.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct CheckCommandTests {
  private struct Answers: Sendable {
    var lines: CommandResult
    var json: CommandResult

    /// The rules of the headlines. Other lines are indented.
    var rules: [String] {
      lines.outputText.split(separator: "\n").filter { $0.first != " " }.map { String($0.prefix { $0 != ":" }) }
    }

    /// The text without line breaks.
    var text: String { lines.outputText.split { $0 == "\n" || $0 == " " }.joined(separator: " ") }
  }

  /// Runs the command in both forms beside a scene.
  ///
  /// Again, if it does not find what it should: tests run side by side in one process, whose descriptors come and go, and
  /// a child that is being started has copies of all of them, so that a search for holders may go astray.
  private func check(
    _ words: [String] = [], range: String? = nil, startedBy starter: [String] = [], finds rules: [String],
    inThisProcess: Bool = false,
    _ build: @escaping @Sendable (Laboratory) throws -> [Any]
  ) async throws -> Answers {
    let tool = try Tool.path
    return try await Laboratory.withNew { laboratory in
      if let range { try Self.write(range, to: "ip_local_port_range", laboratory) }
      let scene = try build(laboratory)
      return try withExtendedLifetime(scene) {
        let command = starter + [tool, "check", "--interval", "0.2"] + words
        func run(_ command: [String]) throws -> CommandResult {
          var result = try laboratory.namespace.run(command)
          for _ in 0..<10 {
            let isNamed = !inThisProcess || result.outputText.contains("\(getpid())")
            if (result.status == 0) == rules.isEmpty, isNamed { break }
            result = try laboratory.namespace.run(command)
          }
          return result
        }
        return Answers(lines: try run(command), json: try run(command + ["--json"]))
      }
    }
  }

  private static func write(_ text: String, to name: String, _ laboratory: Laboratory) throws {
    let result = try laboratory.namespace.run(["sh", "-c", "echo '\(text)' > /proc/sys/net/ipv4/\(name)"])
    if result.status != 0 { throw Tool.Failure(what: result.errorText) }
  }

  /// Both forms say the same, and the JSON fits its schema.
  private func expect(
    _ answers: Answers, _ rules: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(answers.rules == rules, "\(answers.lines.outputText)", sourceLocation: sourceLocation)
    let status: Status = rules.isEmpty ? .success : .negative
    for answer in [answers.lines, answers.json] {
      #expect(answer.status == status.rawValue && answer.errorText == "", sourceLocation: sourceLocation)
    }
    let schema = try JSONSchema(named: "finding")
    let elements = try JSONValue(parsing: answers.json.output).elements
    #expect(elements.flatMap(schema.violations) == [], sourceLocation: sourceLocation)
    #expect(elements.map { $0["rule"] } == rules.map { .string($0) }, sourceLocation: sourceLocation)
  }

  @Test func emptyHostHasNoFindings() async throws {
    let answers = try await check(finds: []) { _ in [] }
    try expect(answers, [])
    #expect(answers.lines.output.isEmpty && answers.json.outputText == "[]\n")
  }

  @Test func healthyHostHasNoFindings() async throws {
    let answers = try await check(finds: []) { laboratory in
      var kept: [Any] = []
      // Servers, one of them in the range, connections, a group that works, and the past.
      for port in [22, 80, 50051] as [UInt16] {
        for address in [LabAddress.loopbackV4, .loopbackV6] {
          kept.append(try laboratory.connectedPair(to: LabEndpoint(address, port)))
        }
      }
      for _ in 0..<3 { kept.append(try laboratory.tcpListener(on: LabEndpoint(.anyV4, 81), options: [.reusePort])) }
      kept.append(try laboratory.udpSocket(bound: LabEndpoint(.anyV6, 53)))
      kept.append(try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 4000)))
      let past = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 82))
      past.client.close()
      past.server.close()
      return kept
    }
    try expect(answers, [])
  }

  @Test func exhaustedPortsAreFoundAndFail() async throws {
    let server = LabEndpoint(.loopbackV4, 80)
    let answers = try await check(range: "40000 40009", finds: ["ports-to-destination", "ports-to-bind"]) {
      laboratory in
      let listener = try laboratory.tcpListener(on: server)
      let clients = try (0..<10).map { _ in try laboratory.tcpClient(to: server) }
      // The errors that the lines name.
      Self.expect(errno: EADDRNOTAVAIL) { _ = try laboratory.tcpClient(to: server) }
      Self.expect(errno: EADDRINUSE) { _ = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 0)) }
      Self.expect(errno: EADDRINUSE) { try laboratory.socket(.tcp, v6: false).listen(backlog: 1) }
      _ = try laboratory.tcpClient(to: LabEndpoint(.v4(127, 0, 0, 2), 80))
      return [listener, clients]
    }
    try expect(answers, ["ports-to-destination", "ports-to-bind"])
    #expect(
      answers.text.hasPrefix(
        "ports-to-destination: connections from 127.0.0.1 to 127.0.0.1:80 use 10 of 10 ports (100 %) with none left"))
  }

  @Test(arguments: [(7, [String]()), (8, ["ports-to-destination", "ports-to-bind"])])
  func portsAreFoundFromFourFifthsOn(_ count: Int, _ rules: [String]) async throws {
    let server = LabEndpoint(.loopbackV4, 80)
    let answers = try await check(range: "40000 40009", finds: rules) { laboratory in
      let listener = try laboratory.tcpListener(on: server)
      return [listener, try (0..<count).map { _ in try laboratory.tcpClient(to: server) }]
    }
    try expect(answers, rules)
  }

  @Test func exhaustedUDPPortsAreFoundAndFail() async throws {
    let answers = try await check(range: "40000 40003", finds: ["ports-to-bind"]) { laboratory in
      let sockets = try (0..<4).map { _ in try laboratory.udpSocket(bound: LabEndpoint(.anyV4, 0)) }
      Self.expect(errno: EADDRINUSE) { _ = try laboratory.udpSocket(bound: LabEndpoint(.anyV4, 0)) }
      Self.expect(errno: EAGAIN) { _ = try laboratory.udpSocket(connectedTo: LabEndpoint(.loopbackV4, 53)) }
      return sockets
    }
    try expect(answers, ["ports-to-bind"])
    #expect(answers.text.contains("4 of 4 UDP ports"))
  }

  @Test func fullAcceptQueueIsFoundWithItsProcess() async throws {
    let place = LabEndpoint(.loopbackV4, 80)
    let answers = try await check(finds: ["accept-queue"], inThisProcess: true) { laboratory in
      let listener = try laboratory.tcpListener(on: place, backlog: 1)
      let clients = try (0..<2).map { _ in try laboratory.tcpClient(to: place) }
      try listener.wait(forWaiting: 2)
      return [listener, clients]
    }
    try expect(answers, ["accept-queue"])
    let element = try #require(try JSONValue(parsing: answers.json.output).elements.first)
    #expect(element["figure"] == .number(2) && element["limit"] == .number(1))
    #expect(element["pid"] == .number(Double(getpid())) && element["local"]?["port"] == .number(80))
    #expect(answers.text.contains("(pid \(getpid())) at 127.0.0.1:80 is full: 2 connections"))
  }

  private static func leaks(_ count: Int, _ laboratory: Laboratory, seconds: Double = 2) throws -> [Any] {
    let pairs = try (0..<count).map { try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 1000 + UInt16($0))) }
    for pair in pairs {
      try pair.client.shutdown(sending: true)
      try pair.server.discard()
    }
    _ = try laboratory.namespace.run(["sleep", "\(seconds)"])
    return pairs
  }

  @Test func unclosedSocketsAreFoundWithTheirProcess() async throws {
    let found = try await check(["--close-wait-age", "1"], finds: ["close-wait"], inThisProcess: true) {
      try Self.leaks(20, $0)
    }
    try expect(found, ["close-wait"])
    #expect(found.text.contains("(pid \(getpid())) has not closed 20 connections that the peers closed 1 s ago"))
    try expect(try await check(["--close-wait-age", "1"], finds: []) { try Self.leaks(19, $0) }, [])
    // They are too fresh to count without the option.
    try expect(try await check(finds: []) { try Self.leaks(20, $0, seconds: 0) }, [])
  }

  @Test func findingsAreTheSameWithoutPrivilege() async throws {
    let answers = try await check(
      ["--close-wait-age", "1"], startedBy: Tool.asNobody, finds: ["close-wait"]
    ) { try Self.leaks(20, $0) }
    try expect(answers, ["close-wait"])
    #expect(answers.text.contains("a process that is hidden from you (user id 0) has not closed 20 connections"))
  }

  @Test func undrainedMemberIsFound() async throws {
    let place = LabEndpoint(.loopbackV4, 80)
    let answers = try await check(finds: ["silent-member"]) { laboratory in
      [try UnevenGroup(on: place, in: laboratory)]
    }
    try expect(answers, ["silent-member"])
    #expect(
      answers.text.contains("accepts nothing: nothing was accepted in"), "\(answers.text)")
  }

  /// Where some process cannot be read, as in many sandboxes, that one may hold the socket, and nothing is found.
  @Test func memberWithoutProcessIsFoundIfThatIsCertain() async throws {
    let tool = try Tool.path
    let place = LabEndpoint(.loopbackV4, 80)
    let complaints = try await Laboratory.withNew { laboratory in
      let members = try (0..<2).map { _ in try laboratory.tcpListener(on: place, options: [.reusePort]) }
      let inode = members[0].inode
      let holder = try LabHolder(.inFlight, members[0])
      members[0].close()
      return try withExtendedLifetime((members, holder)) {
        // Two searches, of which one alone may meet a process of another test that cannot be read just then.
        try settled {
          let check = try laboratory.namespace.run([tool, "check", "--interval", "0.1"])
          let isCertain = try Self.isCertain(inode, try laboratory.namespace.run([tool, "list", "-tlp", "--json"]))
          let isFound = check.outputText.contains("silent-member: one of 2 listeners")
          return isFound == isCertain && check.status == (isCertain ? 1 : 0) ? [] : ["\(isCertain): \(check)"]
        }
      }
    }
    #expect(complaints == [])
  }

  /// Whether a list tells of a socket that no process can hold it.
  private static func isCertain(_ inode: UInt32, _ list: CommandResult) throws -> Bool {
    let element = try #require(
      try JSONValue(parsing: list.output).elements.first { $0["inode"] == .number(Double(inode)) })
    let reasons = try #require(element["holders_missing"]).elements
    return Set(reasons).isSubset(of: [.string("in-flight"), .string("kernel"), .string("closed-meanwhile")])
  }

  @Test func onlyReasonsWithoutProcessMakeItCertain() {
    for reasons in [.noProcess, .kernel, .inFlight, [.kernel, .closedMeanwhile, .inFlight]] as [MissingHolder.Reasons] {
      #expect(reasons.excludesProcesses)
    }
    for bit in [
      .unreadableProcess, .hiddenProcess, .anotherPIDNamespace, .unreadableThread, .fixedFile, .notSearchedAnew,
    ]
      as [MissingHolder.Reasons]
    {
      #expect(!bit.union(.kernel).excludesProcesses)
    }
  }

  @Test(
    arguments: [(40005, "", true), (40005, "40005", false), (0, "", false), (39999, "", false)]
      as [(UInt16, String, Bool)])
  func portThatTheKernelMayGiveAwayIsFound(_ port: UInt16, _ reserved: String, _ isFound: Bool) async throws {
    let answers = try await check(range: "40000 40019", finds: isFound ? ["port-in-range"] : []) { laboratory in
      try Self.write("39000,\(reserved)", to: "ip_local_reserved_ports", laboratory)
      let wanted = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, port))
      let client = try laboratory.tcpClient(to: LabEndpoint(.loopbackV4, try wanted.local().port))
      return [wanted, client]
    }
    try expect(answers, isFound ? ["port-in-range"] : [])
    if isFound {
      #expect(answers.lines.outputText.hasSuffix("\n        sysctl -w net.ipv4.ip_local_reserved_ports=39000,40005\n"))
    }
  }

  @Test func connectionToItselfIsFoundAndBlocksThePort() async throws {
    let place = LabEndpoint(.loopbackV4, 5000)
    let answers = try await check(finds: ["self-connection"], inThisProcess: true) { laboratory in
      let client = try laboratory.tcpClient(from: place, to: place)
      Self.expect(errno: EADDRINUSE) { _ = try laboratory.tcpListener(on: place) }
      try laboratory.wait(for: [ExpectedSocket(.tcp, .established, place, place)])
      return [client]
    }
    try expect(answers, ["self-connection"])
    #expect(answers.text.contains("(pid \(getpid())) at 127.0.0.1:5000 is connected to itself"))
  }

  @Test func linesFitEightyColumns() async throws {
    let server = LabEndpoint(.loopbackV4, 80)
    let answers = try await check(range: "40000 40009", finds: ["ports-to-destination", "ports-to-bind"]) {
      laboratory in
      let listener = try laboratory.tcpListener(on: server)
      return [listener, try (0..<10).map { _ in try laboratory.tcpClient(to: server) }]
    }
    for line in answers.lines.outputText.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    #expect(answers.lines.outputText.split(separator: "\n").count { $0.hasPrefix("    ") } >= 2)
  }

  @Test(arguments: ["0", "-1", "nan", "inf", "3601", "0.01"]) func intervalHasLimits(_ text: String) throws {
    let result = try Tool.run(["check", "--interval=\(text)"])
    #expect(
      result.status == Status.usage.rawValue && result.errors == "sockdiag: --interval takes 0.1 to 3600 seconds\n")
  }

  @Test func helpExplainsEveryRule() throws {
    let help = try Tool.run(["check", "--help"]).text
    for rule in FindingRule.allCases { #expect(help.contains("  \(rule.rawValue): ")) }
  }

  @Test func failedOutputIsReported() throws {
    let result = try Tool.run(["check", "--json", "--interval", "0.1"], output: "/dev/full")
    #expect(result.status == Status.outputFailed.rawValue)
  }

  private static func expect(errno: Int32, _ body: () throws -> Void) {
    let error = #expect(throws: LaboratoryError.self) { try body() }
    #expect(error?.errno == errno)
  }
}

import FoundationEssentials
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The command in namespaces that hold one situation each.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct LiveCommandTests {
  /// What programs said about one situation.
  private struct Answers: Sendable {
    var ss: CommandResult
    var list: CommandResult
    var json: CommandResult
    var lines: CommandResult
    var everything: CommandResult
    var recorded: CommandResult
    var decoded: CommandResult
  }

  private func answers(_ situation: Situation) async throws -> Answers {
    let tool = try Tool.path
    let path = FileManager.default.temporaryDirectory.path + "/sockdiag-\(UInt64.random(in: 0 ... .max)).pcap"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      return try withExtendedLifetime(scene) {
        func run(_ words: String...) throws -> CommandResult { try laboratory.namespace.run(words) }
        return Answers(
          ss: try run("ss", "-H", "-O", "-tuan"), list: try run(tool, "list", "-H", "-tua"),
          json: try run(tool, "list", "-tuaBimoe", "--json"), lines: try run(tool, "list", "-tuaBimoe", "--ndjson"),
          everything: try run(tool, "list", "-HtuaB"), recorded: try run(tool, "record", path),
          decoded: try run(tool, "decode", "-H", path))
      }
    }
  }

  @Test(arguments: Situation.all)
  func listEqualsSSAndRecordingsDecode(_ situation: Situation) async throws {
    let answers = try await answers(situation)
    for answer in [answers.list, answers.json, answers.lines, answers.everything, answers.recorded, answers.decoded] {
      #expect(answer.status == 0 && answer.errorText == "")
    }
    let expected = answers.ss.outputText.split(separator: "\n").map(Self.rowOfSS).sorted()
    // ss before 6.8 does not know sockets that are only bound.
    let rows = answers.list.outputText.split(separator: "\n").map(Self.row).filter { !$0.contains(" bound-inactive ") }
    #expect(rows.sorted() == expected)

    let schema = try JSONTests.schema
    let elements = try JSONValue(parsing: answers.json.output).elements
    #expect(elements.flatMap(schema.violations) == [])
    #expect(answers.lines.output.split(separator: 0x0a).count == elements.count)

    let sockets = answers.everything.outputText.split(separator: "\n").map(Self.row).sorted()
    let decoded = answers.decoded.outputText.split(separator: "\n").map(Self.row).sorted()
    #expect(!sockets.isEmpty)
    #expect(decoded.count == sockets.count && elements.count == sockets.count)
    // Only the names of interfaces are not in a capture.
    if !sockets.contains(where: { $0.contains("%") }) { #expect(decoded == sockets) }
  }

  @Test func filtersByPortInTheKernel() async throws {
    let tool = try Tool.path
    let lines = try await Laboratory.withNew { laboratory in
      for port in [1000, 1001, 2000] as [UInt16] {
        _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, port))
      }
      return try [":1000", ":1000,2000", ":1001-65535", ":3000"].map {
        try laboratory.namespace.run([tool, "-H", "sport", "=", $0]).outputText.split(separator: "\n").count
      }
    }
    #expect(lines == [1, 2, 2, 0])
  }

  @Test(.enabled(if: TemporaryCgroup.isPermitted, "needs the right to make cgroups"))
  func cgroupIsShownByItsPath() async throws {
    let tool = try Tool.path
    let (name, table, json) = try await Laboratory.withNew { laboratory in
      let cgroup = try laboratory.cgroup(named: "shown")
      _ = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 1000), in: cgroup)
      let name = try #require(cgroup.path.split(separator: "/").last)
      return (
        String(name), try laboratory.namespace.run([tool, "list", "-Htle"]).outputText,
        try laboratory.namespace.run([tool, "list", "-tle", "--json"]).output
      )
    }
    #expect(table.contains(" cgroup=/\(name)\n") || table.contains(" cgroup=/\(name) "))
    let socket = try #require(JSONValue(parsing: json).elements.first)
    #expect(socket["cgroup_path"] == .string("/\(name)"))
  }

  @Test func benchFindsBothSourcesEqual() async throws {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      _ = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 1000))
      return try laboratory.namespace.run([tool, "bench", "--rounds", "1"])
    }
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.outputText.hasPrefix("3 sockets, the same in both.\n"))
  }

  /// Protocol, state and addresses of a row of ours. ss does not tell the scope of a peer.
  private static func row(_ line: Substring) -> String {
    let cells = line.split(separator: " ")
    guard cells.count == 7 else { return String(line) }
    let scope = cells[6].hasPrefix("[fe80:") ? cells[6].firstRange(of: /%[^\]]*/) : nil
    var peer = cells[6]
    if let scope { peer.removeSubrange(scope) }
    return "\(cells[0]) \(cells[1]) \(cells[5]) \(peer)"
  }

  /// The same of a row of ss, in our spelling.
  private static func rowOfSS(_ line: Substring) -> String {
    let cells = line.split(separator: " ")
    guard cells.count >= 6 else { return String(line) }
    let state =
      switch cells[1] {
      case "ESTAB": "established"
      case "UNCONN": cells[0] == "udp" ? "unconnected" : "close"
      default: cells[1].lowercased()
      }
    let peer = ["0.0.0.0:*", "*:*", "[::]:*"].contains(cells[5]) ? "*" : cells[5]
    return "\(cells[0]) \(state) \(scopeInside(cells[4])) \(peer)"
  }

  /// ss writes the scope behind the brackets.
  private static func scopeInside(_ address: Substring) -> Substring {
    guard let bracket = address.firstRange(of: "]%"), let colon = address.lastIndex(of: ":") else { return address }
    return address[..<bracket.lowerBound] + "%" + address[bracket.upperBound..<colon] + "]" + address[colon...]
  }
}

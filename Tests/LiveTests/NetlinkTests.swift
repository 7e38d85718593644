import Foundation
import Glibc
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Netlink sockets of the running kernel: the library and the command against `ss`, row for row.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct NetlinkTests {
  private static func withSockets<Result>(_ body: () throws -> Result) throws -> Result {
    let sockets = try NetlinkSockets()
    return try withExtendedLifetime(sockets, body)
  }

  /// The row in which `ss -n -e` of version 6 shows the socket.
  private static func row(_ socket: NetlinkSocket) -> String {
    // The first 32 groups.
    let groups = (socket.groups ?? []).reduce(UInt32(0)) { $0 | ($1 <= 32 ? 1 << ($1 - 1) : 0) }
    let bits = String(groups, radix: 16)
    return SSLines.columns(socket) + " groups=0x" + String(repeating: "0", count: 8 - bits.count) + bits
  }

  /// The rows of `ss`. The kernel reports a socket with groups twice, and `ss` prints it twice.
  private static func rowsOfSS(in namespace: LabNamespace) throws -> [String] {
    let result = try namespace.run(["ss", "-H", "-n", "-e", "-a", "-f", "netlink"])
    guard result.status == 0 else { throw CommandUnderTest.Failure(["-f", "netlink"], result) }
    var seen: Set<String> = []
    return result.outputText.split(separator: "\n").compactMap { line in
      // In this form ss leaves the state out where all have the same.
      let words = line.split(separator: " ").map(String.init).filter { $0 != "UNCONN" && $0 != "nl" }
      guard let groups = words.first(where: { $0.hasPrefix("groups=") }) else { return nil }
      let row = (words.prefix(4) + [groups]).joined(separator: " ")
      if groups != "groups=0x00000000", !seen.insert(row).inserted { return nil }
      return row
    }
  }

  @Test func everyRowIsThatOfSS() async throws {
    let complaints = try await Laboratory.withNew { laboratory in
      try Self.withSockets {
        try settled {
          var inspector = try SocketInspector()
          let dump = try inspector.dump(FamilyQuery<Netlink>(NetlinkSocketRequest()))
          // The two that ask are netlink sockets as well.
          let isOfAsker = { (row: String) in row.contains(" 4:") }
          return rowDifferences(
            dump.sockets.map(Self.row).filter { !isOfAsker($0) },
            try Self.rowsOfSS(in: laboratory.namespace).filter { !isOfAsker($0) })
        }
      }
    }
    #expect(complaints.isEmpty, "\(complaints)")
  }

  @Test func dumpHoldsEachSocketOnce() async throws {
    let (streamed, collected, connected) = try await Laboratory.withNew { _ in
      try Self.withSockets {
        var inspector = try SocketInspector()
        let query = FamilyQuery<Netlink>(NetlinkSocketRequest(.route))
        var streamed: [NetlinkSocket] = []
        try inspector.forEach(query) { socket in
          streamed.append(socket)
          return .continue
        }
        let connected = try inspector.dump(
          FamilyQuery<Netlink>(NetlinkSocketRequest(), matching: SocketFilter("dst netlink:usersock:4711")))
        return (streamed, try inspector.dump(query).sockets, connected.sockets)
      }
    }
    // Ours has groups, and there is one of the kernel.
    let cookies = collected.map(\.cookie)
    #expect(Set(cookies).count == cookies.count)
    #expect(Set(streamed.map(\.cookie)) == Set(cookies))
    #expect(collected.contains { $0.groups == [1, 5, 7] })
    #expect(connected.count == 1)
    #expect(connected.first?.destinationGroup == 1)
  }

  @Test func readerThatStopsLeavesTheInspectorUsable() async throws {
    let (first, again) = try await Laboratory.withNew { _ in
      var inspector = try SocketInspector()
      var count = 0
      let defects = try inspector.forEach(FamilyQuery<Netlink>(NetlinkSocketRequest())) { _ in
        count += 1
        return .stop
      }
      return ((count, defects), try inspector.dump(FamilyQuery<Netlink>(NetlinkSocketRequest())))
    }
    #expect(first.0 == 1)
    #expect(first.1 == .stopped)
    #expect(again.defects.isComplete)
    #expect(again.sockets.count > 1)
  }

  // MARK: The command

  private static func run(_ arguments: [String], in namespace: LabNamespace) throws -> CommandResult {
    let result = try namespace.run([CommandUnderTest.path] + arguments)
    guard result.status == 0 else { throw CommandUnderTest.Failure(arguments, result) }
    return result
  }

  @Test func commandListsFiltersAndNamesHolders() async throws {
    let (json, filtered, table) = try await Laboratory.withNew { laboratory in
      try Self.withSockets {
        let json = try Self.run(["list", "-f", "netlink", "--json"], in: laboratory.namespace)
        let filtered = try Self.run(
          ["list", "-f", "netlink", "--ndjson", "src", "netlink:genl:4711"], in: laboratory.namespace)
        let table = try Self.run(
          ["list", "-f", "netlink", "-p", "-e", "-m", "src", "netlink:uevent:99999"], in: laboratory.namespace)
        return (json.output, filtered.output, table.outputText)
      }
    }
    let sockets = try JSONDecoder().decode([NetlinkSocket].self, from: Data(json))
    #expect(sockets.contains { $0.portID == 99_999 && $0.groups == [2] })
    #expect(sockets.contains { $0.portID == 0 && $0.localText.hasSuffix(":kernel") })
    let one = try JSONDecoder().decode(NetlinkSocket.self, from: Data(filtered))
    #expect((one.portID, one.isConnected) == (4711, true))
    let lines = table.split(separator: "\n")
    #expect(lines.count >= 4, "\(table)")
    #expect(lines.first?.split(separator: " ") == ["Proto", "State", "Recv-Q", "Send-Q", "Local", "Peer", "Process"])
    #expect(lines[1].split(separator: " ").prefix(6) == ["nl", "unconnected", "0", "0", "uevent:99999", "*"])
    #expect(lines[1].contains("(\(getpid()),fd="))
    #expect(table.contains("groups=2"))
    #expect(table.contains("rcvbuf="))
  }

  @Test func recordingHoldsNetlinkSockets() async throws {
    let decoded = try await Laboratory.withNew { laboratory in
      try Self.withSockets {
        try RecordingTests.withFile { path in
          _ = try Self.run(["record", path, "-f", "netlink"], in: laboratory.namespace)
          return try Self.run(["decode", path, "--json", "src", "netlink:*:4711"], in: laboratory.namespace).output
        }
      }
    }
    let sockets = try JSONDecoder().decode([NetlinkSocket].self, from: Data(decoded))
    #expect(sockets.map(\.protocol) == [NetlinkFamily(rawValue: 16)])
  }

  @Test(arguments: [
    (["destroy", "-f", "netlink", "state", "close", "--dry-run"], "destroys no other sockets than TCP, UDP and raw"),
    (["events", "-f", "netlink"], "announces no ends"),
    (["list", "-f", "netlink", "-t"], "-t and '-f netlink' exclude each other"),
    (["list", "-f", "netlink", "--explain"], "filters no other sockets"),
  ]) func impossibleRequestForNetlinkSocketsIsRefused(_ arguments: [String], _ words: String) async throws {
    let result = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.run([CommandUnderTest.path] + arguments)
    }
    #expect(result.status == 64)
    #expect(result.errorText.contains(words), "\(result.errorText)")
  }
}

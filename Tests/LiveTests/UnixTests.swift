import Foundation
import Glibc
import SockDiag
import SockDiagTestKit
import SockDiagWire
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// UNIX sockets of the running kernel: the library and the command against `ss`, row for row and field for field.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct UnixTests {
  private static func linesOfSS(in namespace: LabNamespace) throws -> [String] {
    let result = try namespace.run(["ss", "-H", "-x", "-a", "-n", "-e", "-m"])
    guard result.status == 0 else { throw CommandUnderTest.Failure(["-x"], result) }
    return result.outputText.split(separator: "\n").map(SSLines.singleBlanks)
  }

  @Test func everyRowIsThatOfSS() async throws {
    let (complaints, count, uids) = try await Laboratory.withNew { laboratory in
      let sockets = try UnixSockets.assorted()
      return try withExtendedLifetime(sockets) {
        var seen: [UnixSocket] = []
        let complaints = try settled {
          var inspector = try SocketInspector()
          seen = try inspector.dump(FamilyQuery<Unix>(UnixSocketRequest())).sockets
          return rowDifferences(seen.map { SSLines.row($0) }, try Self.linesOfSS(in: laboratory.namespace))
        }
        return (complaints, seen.count, Set(seen.map(\.uid)))
      }
    }
    #expect(complaints.isEmpty, "\(complaints)")
    #expect(count == 21)
    #expect(uids.count == 1 && uids.first != .some(nil))
  }

  @Test func socketsAreWhatTheProgramMade() async throws {
    let (all, folder, inode, device) = try await Laboratory.withNew { _ in
      let sockets = try UnixSockets.assorted()
      return try withExtendedLifetime(sockets) {
        var inspector = try SocketInspector()
        let query = FamilyQuery<Unix>(UnixSocketRequest(resolvesPeers: true))
        var status = stat()
        // SAFETY: the call reads the path and writes the structure while it runs.
        _ = unsafe stat("\(sockets.folder)/log", &status)
        return (
          try inspector.dump(query).sockets, sockets.folder, UInt64(status.st_ino), UInt64(status.st_dev)
        )
      }
    }
    func named(_ name: String) -> [UnixSocket] { all.filter { $0.name == .path(Array("\(folder)/\(name)".utf8)) } }
    let listener = try #require(named("a b.sock").first { $0.state == .listen })
    #expect(listener.queues == .connections(waiting: 2, limit: 5))
    let waiting = all.filter { listener.waitingClients?.contains($0.inode) == true }
    #expect(waiting.count == 2)
    let accepted = try #require(named("a b.sock").first { $0.state == .established })
    #expect(accepted.queues == .bytes(received: 5, unsent: 0))
    let client = try #require(all.first { $0.inode == accepted.peer?.inode })
    let name = try #require(listener.name)
    // The other end belongs to no program yet, and has the name of the listener.
    #expect(waiting.allSatisfy { $0.peer == UnixSocket.Peer(inode: 0, name: .named(name)) })
    #expect(client.peer == UnixSocket.Peer(inode: accepted.inode, name: .named(name)))
    #expect(accepted.peer?.name == .unnamed)
    // The identity of the file, which ss misreads for a file on a disk.
    let log = try #require(named("log").first)
    let file = try #require(log.file)
    #expect(file.inode == UInt32(truncatingIfNeeded: inode))
    #expect(UInt64(file.major) == device >> 8 & 0xfff)
    #expect(UInt64(file.minor) == device & 0xff | device >> 12 & 0xffff_ff00)
    #expect(all.filter { $0.peer?.inode == log.inode }.count == 4)
    #expect(all.filter { $0.shutdown == .send }.count == 1)
    #expect(all.filter { $0.shutdown == .receive }.count == 1)
    #expect(all.filter { $0.name?.isAutomatic == true }.count == 1)
    #expect(all.contains { $0.name == .abstract(Array("ab\0c".utf8)) && $0.state == .listen })
    #expect(named("stale").first?.queues == .connections(waiting: 0, limit: 0))
  }

  @Test func oneSocketIsFoundByItsInodeAndCookie() async throws {
    let (found, current, other, absent, dump) = try await Laboratory.withNew { _ in
      let sockets = try UnixSockets.assorted()
      return try withExtendedLifetime(sockets) {
        var inspector = try SocketInspector()
        let dump = try inspector.dump(FamilyQuery<Unix>(UnixSocketRequest())).sockets
        var stranger = dump[0]
        stranger.cookie = SocketCookie(rawValue: 1 << 60)
        return (
          try dump.map { try inspector.unixSocket(inode: $0.inode) }, try inspector.current(dump[0]),
          try inspector.current(stranger), try inspector.unixSocket(inode: .max), dump
        )
      }
    }
    #expect(found == dump.map(Optional.some))
    #expect(current == dump[0])
    #expect(other == nil)
    #expect(absent == nil)
  }

  @Test(arguments: [
    ("src unix:*/log", 1), ("dst unix:*/log", 4), ("src 'unix:*/a b.sock'", 2), ("src unix:@*", 3),
    (#"src unix:@ab\x00c"#, 1), ("src unix:*", 21), ("dst 'unix:*/a b.sock' and state established", 3),
    ("state listening", 3),
    ("src unix:*/stale and state listening", 1), ("recv-q = 5", 1), ("autobound", 15), ("family inet", 0),
  ]) func filterSelectsByName(_ text: String, _ count: Int) async throws {
    let (sockets, defects) = try await Laboratory.withNew { _ in
      let sockets = try UnixSockets.assorted()
      return try withExtendedLifetime(sockets) {
        var inspector = try SocketInspector()
        let query = FamilyQuery<Unix>(UnixSocketRequest(details: []), matching: try SocketFilter(text))
        let dump = try inspector.dump(query)
        return (dump.sockets, dump.defects)
      }
    }
    #expect(sockets.count == count, "\(sockets)")
    #expect(defects.isComplete)
  }

  private static func withHardNames<Result>(_ body: ([UnixSocketName]) throws -> Result) throws -> Result {
    var sockets = try UnixSockets()
    let names = sockets.hardNames
    for name in names { try sockets.make(SOCK_DGRAM, name: name) }
    return try withExtendedLifetime(sockets) { try body(names) }
  }

  @Test func hardNamesComeBackByteForByte() async throws {
    let (names, dumped, selected, fromProc) = try await Laboratory.withNew { _ in
      try Self.withHardNames { names in
        var fromProc: Set<UnixSocketName> = []
        try ProcNet.unixSockets { socket in
          if let name = socket.name { fromProc.insert(name) }
          return .continue
        }
        var inspector = try SocketInspector()
        let dumped = try inspector.dump(FamilyQuery<Unix>(UnixSocketRequest())).sockets
        var selected: [[UnixSocketName?]] = []
        for name in names {
          let filter = try SocketFilter(SocketFilter.local(named: UnixNamePattern(name)).description)
          let query = FamilyQuery<Unix>(UnixSocketRequest(), matching: filter)
          selected.append(try inspector.dump(query).sockets.map(\.name))
        }
        return (names, dumped, selected, fromProc)
      }
    }
    #expect(Set(dumped.map(\.name)) == Set(names))
    #expect(selected == names.map { [$0] })
    // The table in /proc shows NULs as another character, and nothing else differently.
    for name in names where !name.isAbstract { #expect(fromProc.contains(name), "\(name)") }
  }

  // MARK: The command

  private static func run(_ arguments: [String], in namespace: LabNamespace) throws -> CommandResult {
    let result = try namespace.run([CommandUnderTest.path] + arguments)
    guard result.status == 0 else { throw CommandUnderTest.Failure(arguments, result) }
    return result
  }

  @Test func commandNeverPrintsAHardNameRaw() async throws {
    let (names, json, tables, decoded) = try await Laboratory.withNew { laboratory in
      try Self.withHardNames { names in
        try RecordingTests.withFile { path in
          let json = try Self.run(["list", "-x", "-a", "--json"], in: laboratory.namespace)
          var tables = [json.output]
          for options in [["-x"], ["-x", "-e", "-m", "-p"], ["-x", "--ndjson"], ["-x", "-H", "-n"]] {
            tables.append(try Self.run(["list", "-a"] + options, in: laboratory.namespace).output)
          }
          _ = try Self.run(["record", path, "-x", "-a"], in: laboratory.namespace)
          let decoded = try Self.run(["decode", path, "--json"], in: laboratory.namespace)
          tables.append(try Self.run(["decode", path, "-e"], in: laboratory.namespace).output)
          return (names, json.output, tables, decoded.output)
        }
      }
    }
    for table in tables {
      #expect(table.allSatisfy { $0 == 0x0a || (0x20..<0x7f).contains($0) || $0 >= 0x80 })
      #expect(String(validating: table, as: UTF8.self)?.unicodeScalars.contains("\u{202e}") == false)
    }
    for text in [json, decoded] {
      let sockets = try JSONDecoder().decode([UnixSocket].self, from: Data(text))
      #expect(Set(sockets.compactMap(\.name)) == Set(names))
    }
  }

  @Test func commandShowsPeersByName() async throws {
    let (table, folder, json) = try await Laboratory.withNew { laboratory in
      let sockets = try UnixSockets.assorted()
      return try withExtendedLifetime(sockets) {
        let table = try Self.run(["list", "-x", "-a", "-H", "dst", "unix:*/log"], in: laboratory.namespace)
        let json = try Self.run(["list", "-x", "-a", "--ndjson", "-p", "src", "unix:*/log"], in: laboratory.namespace)
        return (table.outputText, sockets.folder, json.output)
      }
    }
    let rows = table.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(rows.count == 4)
    #expect(rows.allSatisfy { $0.first == "u_dgr" && $0.contains("\(folder)/log") }, "\(table)")
    #expect(String(decoding: json, as: UTF8.self).contains("\"pid\":\(getpid())"))
  }
}

import Foundation
import SockDiag
import SockDiagWire
import Testing

/// The table of UNIX sockets in `/proc/net`.
@Suite struct UnixTableTests {
  private static let header = "Num       RefCount Protocol Flags    Type St Inode Path\n"

  private static func row(
    _ inode: String, flags: String = "00000000", type: String = "0001", state: String = "03", name: String? = nil
  ) -> String {
    "00000000ea9c5b40: 00000003 00000000 \(flags) \(type) \(state) \(inode)\(name.map { " " + $0 } ?? "")\n"
  }

  private static func parse(
    _ text: String, pieces: Int = .max
  ) -> (sockets: [UnixSocket], faults: [WireError]) {
    parse(Array((header + text).utf8), pieces: pieces)
  }

  private static func parse(_ bytes: [UInt8], pieces: Int) -> (sockets: [UnixSocket], faults: [WireError]) {
    var parser = UnixTableParser()
    var sockets: [UnixSocket] = []
    var faults: [WireError] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(pieces))
      rest = rest.dropFirst(piece.count)
      _ = parser.parse(piece.span, onFault: { faults.append($0) }) {
        sockets.append($0); return .continue
      }
    }
    _ = parser.finish(onFault: { faults.append($0) }) {
      sockets.append($0); return .continue
    }
    return (sockets, faults)
  }

  @Test func rowHasTypeStateInodeAndName() {
    let (sockets, faults) = Self.parse(
      Self.row("   17", flags: "00010000", state: "01", name: "/run/a b.sock") + Self.row("38600500")
        + Self.row("4294967295", type: "0002", state: "01", name: "@abstract")
        + Self.row("9", type: "0005", state: "04"))
    #expect(faults.isEmpty)
    #expect(sockets.map(\.inode) == [17, 38_600_500, .max, 9])
    #expect(sockets.map(\.state) == [.listen, .established, .close, .close])
    #expect(sockets.map(\.netID) == ["u_str", "u_str", "u_dgr", "u_seq"])
    #expect(sockets.map(\.name) == [.path(Array("/run/a b.sock".utf8)), nil, .abstract(Array("abstract".utf8)), nil])
    #expect(sockets.allSatisfy { $0.source == .procNet && $0.cookie == nil && $0.peer == nil && $0.queues == nil })
    #expect(sockets.allSatisfy { $0.uid == nil && $0.memory == nil && $0.shutdown == nil && $0.identity == nil })
  }

  @Test func connectionThatNobodyAcceptedIsLeftOut() {
    #expect(Self.parse(Self.row("    0", state: "02", name: "/run/app.sock")).sockets.isEmpty)
  }

  @Test(arguments: [
    (" two blanks first", UnixSocketName.path(Array(" two blanks first".utf8))),
    ("@", .abstract([])), ("@/tmp/x@@@", .abstract(Array("/tmp/x\0\0\0".utf8))),
    ("@user@host/bus", .abstract(Array("user@host/bus".utf8))), ("a\nb", .path(Array("a\nb".utf8))),
    ("a\n", .path(Array("a\n".utf8))), ("a\n\n\nb: 1", .path(Array("a\n\n\nb: 1".utf8))),
    ("x@", .path(Array("x@".utf8))),
  ]) func nameIsReadAsTheKernelMeansIt(_ text: String, _ name: UnixSocketName) {
    for pieces in [1, 7, Int.max] {
      let (sockets, faults) = Self.parse(Self.row("5", name: text) + Self.row("6"), pieces: pieces)
      #expect(faults.isEmpty)
      #expect(sockets.map(\.inode) == [5, 6])
      #expect(sockets.first?.name == name)
    }
  }

  @Test func bytesThatAreNotUTF8Stay() {
    let line = Array(Self.row("5", name: "").utf8).dropLast() + [0xff, 0x1b, 0x80, 0x0a]
    #expect(Self.parse(Array(Self.header.utf8) + line, pieces: 3).sockets.first?.name == .path([0xff, 0x1b, 0x80]))
  }

  @Test func badLineIsAFaultAndHidesNoRow() throws {
    let bad = [
      "", "nonsense", "00000000ea9c5b40: 00000003 00000000 00000000 0001 03", "0000: 00000003 0 00000000 0001 03 7",
      "0000: 00000003 00000000 00000000 0001 03 -7", "0000: 00000003 00000000 00000000 0001 03 99999999999999999999",
      String(repeating: "x", count: 5000),
    ]
    for line in bad {
      let (sockets, faults) = Self.parse(Self.row("5") + line + "\n" + Self.row("6"))
      #expect(sockets.map(\.inode) == [5, 6], "\(line)")
      #expect(faults.count == 1, "\(line)")
      #expect(try #require(faults.first).explanation.hasPrefix("line 3: "))
    }
  }

  @Test func lineThatIsTooLongForANameIsAFault() {
    let (sockets, faults) = Self.parse(Self.row("5", name: "/a") + String(repeating: "x", count: 106) + "\n")
    #expect(faults.count == 1)
    #expect(sockets.first?.name == .path(Array("/a".utf8)))
  }

  @Test func tableCutAnywhereKeepsTheRowsBefore() {
    let text = Array((Self.header + Self.row("15", name: "/run/app.sock") + Self.row("16", name: "@b")).utf8)
    for length in text.indices {
      let (sockets, _) = Self.parse(Array(text[..<length]), pieces: .max)
      #expect(sockets.count <= 2)
      if length >= text.count - 4 { #expect(sockets.first?.name == .path(Array("/run/app.sock".utf8))) }
    }
  }

  @Test func readerThatStopsGetsNoMore() {
    var parser = UnixTableParser()
    var count = 0
    let text = Array((Self.header + Self.row("1") + Self.row("2") + Self.row("3")).utf8)
    let flow = parser.parse(text.span) { _ in
      count += 1
      return .stop
    }
    #expect((flow, count) == (.stop, 1))
    #expect(parser.finish { _ in .continue } == .stop)
    #expect(count == 1)
  }

  @Test func missingTableIsAnError() {
    let error = #expect(throws: SockDiagError.self) { try ProcNet.unixSockets(root: "/nowhere") { _ in .continue } }
    #expect(error?.code == .procNet)
    #expect(error?.errno == 2)
  }

  /// Sockets of this process, against sock_diag.
  @Test func tableOfThisKernelAgreesWithSockDiag() throws {
    var inspector = try SocketInspector()
    var fromProc: [UInt32: UnixSocket] = [:]
    var faults: [SockDiagError] = []
    let before = try inspector.dump(FamilyQuery<Unix>(UnixSocketRequest())).sockets
    try ProcNet.unixSockets(onFault: { faults.append($0) }) { socket in
      fromProc[socket.inode] = socket
      return .continue
    }
    let after = Set(try inspector.dump(FamilyQuery<Unix>(UnixSocketRequest())).sockets)
    #expect(faults.isEmpty)
    // Other programs make and close sockets meanwhile.
    for socket in before where after.contains(socket) {
      let row = try #require(fromProc[socket.inode])
      #expect((row.type, row.state) == (socket.type, socket.state))
      // Names that the table does not show exactly.
      let isExact = socket.name?.bytes.contains { [0, 0x0a, 0x40].contains($0) } != true
      if isExact { #expect(row.name == socket.name) }
    }
    #expect(before.count == 0 || !fromProc.isEmpty)
  }
}

extension UnixTableTests {
  @Test func familyQueryReadsTheTableAndAppliesStatesAndFilter() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "sockdiag-\(UUID().uuidString)")
    let folder = root.appending(path: "thread-self/net")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    let table =
      Self.header + Self.row("5", flags: "00010000", state: "01", name: "/run/a") + Self.row("6", name: "/run/a")
      + Self.row("7", state: "01", name: "/run/b") + Self.row("8")
    try Data(table.utf8).write(to: folder.appending(path: "unix"))
    func inodes(_ text: String, _ states: SocketStateSet = .all) throws -> ([UInt32], DumpDefects?) {
      var inodes: [UInt32] = []
      let query = FamilyQuery<Unix>(UnixSocketRequest(states: states), matching: try SocketFilter(text))
      let defects = try ProcNet.forEach(query, root: root.path) { socket in
        inodes.append(socket.inode)
        return .continue
      }
      return (inodes, defects)
    }
    #expect(try inodes("src unix:/run/a") == ([5, 6], .complete))
    #expect(try inodes("src unix:/run/a", .listen) == ([5], .complete))
    #expect(try inodes("uid = 0") == ([], .undecided))
    // Of a connected socket it is not known who its peer is.
    #expect(try inodes("dst unix:/run/a") == ([], .undecided))
    #expect(try inodes("dst unix:/run/a", .listen) == ([], .complete))
  }
}

import SockDiag
import SocketOwners
import Testing

@testable import SockDiagCommand

/// Tables on terminals of some width.
struct FittedTableTests {
  private static let names = InterfaceNames([1: "lo", 2: "eth0", 3: "evil\u{1b}[31m name"])

  /// Processes for every second socket: a server with many workers, and one process.
  private static func holders(_ index: Int) -> HolderList {
    guard index.isMultiple(of: 2) else { return HolderList(entries: [], reasons: .noProcess) }
    let pids: [Int32] = index.isMultiple(of: 4) ? [29226, 29227, 29228, 29229, 29230] : [812]
    return HolderList(
      entries: pids.map { pid in
        HolderList.Entry(
          holder: SocketHolder(pid: pid, descriptor: 6),
          process: ProcessDetails(process: HoldingProcess(pid: pid, startTicks: 1), command: Array("nginx".utf8)),
          isInherited: pid > 29226)
      })
  }

  private func renderer(_ terminal: Terminal, isWide: Bool = false, details: DetailLines? = nil) -> TableRenderer {
    TableRenderer(
      TableShape(.all, showsTimers: true, notes: .holders), showsHeader: true, details: details, isWide: isWide,
      interfaces: Self.names, terminal: terminal, output: ByteOutput(descriptor: nil))
  }

  private func table(_ terminal: Terminal, isWide: Bool = false, details: DetailLines? = nil) throws -> [UInt8] {
    let renderer = renderer(terminal, isWide: isWide, details: details)
    for (index, socket) in try Samples.assorted.enumerated() {
      try renderer.render(socket, SocketNotes(holders: Self.holders(index)))
    }
    try renderer.finish(afterFailure: false)
    return renderer.text
  }

  private func widest(_ text: [UInt8]) -> Int {
    text.split(separator: 0x0a).map { String(decoding: $0, as: UTF8.self).count }.max() ?? 0
  }

  @Test(arguments: [60, 80, 120])
  func tableFitsTheTerminal(width: Int) throws {
    let text = try table(Terminal(showsColour: false, width: width, isTerminal: true))
    #expect(widest(text) <= width)
    try Fixture.expect(text, toBe: "tables/terminal-\(width).txt")
  }

  @Test(arguments: 20...130)
  func noLineIsWiderThanTheTerminal(width: Int) throws {
    let details = DetailLines(kinds: [.identity, .memory, .transport])
    let text = try table(Terminal(showsColour: false, width: width, isTerminal: true), details: details)
    #expect(widest(text) <= width)
  }

  /// A colour takes no column.
  @Test func coloursDoNotChangeTheColumns() throws {
    let plain = try table(Terminal(showsColour: false, width: 80, isTerminal: true))
    let painted = try table(Terminal(showsColour: true, width: 80, isTerminal: true))
    let stripped = String(decoding: painted, as: UTF8.self).replacing(/\u{1b}\[[0-9]*m/, with: "")
    #expect(Array(stripped.utf8) == plain && painted != plain)
  }

  @Test func pipesAndWideTablesHaveWholeCells() throws {
    let whole = try table(Terminal(showsColour: false, width: 60, isTerminal: false))
    #expect(!String(decoding: whole, as: UTF8.self).contains("…"))
    #expect(try table(Terminal(showsColour: false, width: 60, isTerminal: true), isWide: true) == whole)
  }

  @Test(arguments: [40, 60, 80])
  func portsStayWhole(width: Int) throws {
    let text = String(decoding: try table(Terminal(showsColour: false, width: width, isTerminal: true)), as: UTF8.self)
    let rows = text.split(separator: "\n").dropFirst()
    #expect(rows.count == (try Samples.assorted.count))
    for (row, socket) in zip(rows, try Samples.assorted) {
      #expect(row.contains(":\(socket.local.port) "), "\(row)")
    }
  }

  @Test func omittedColumnsAreReported() throws {
    let narrow = renderer(Terminal(showsColour: false, width: 40, isTerminal: true))
    for socket in try Samples.assorted { try narrow.render(socket, SocketNotes()) }
    try narrow.finish(afterFailure: false)
    #expect(narrow.omittedColumns.contains("Send-Q") && !narrow.omittedColumns.contains("Local"))
    let wide = renderer(Terminal(showsColour: false, width: 200, isTerminal: true))
    for socket in try Samples.assorted { try wide.render(socket, SocketNotes()) }
    try wide.finish(afterFailure: false)
    #expect(wide.omittedColumns.isEmpty)
  }
}

/// Cells that are wider than their column.
struct ShortenedCellTests {
  private func shortened(_ text: String, _ width: Int, _ kind: TablePage.Yielding) -> String {
    var bytes: [UInt8] = []
    ShortenedCell.append(Array(text.utf8)[...], width: width, kind, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func middleGivesWay() {
    #expect(shortened("/system.slice/nginx.service", 15, .text) == "/system…service")
    #expect(shortened("192.168.178.123:65535", 14, .address) == "192.…123:65535")
    #expect(shortened("[2001:db8:1234:5678:9abc:def0:1234:5678]:443", 20, .address) == "[2001:d…34:5678]:443")
    #expect(shortened("[2001:db8:1234:5678:9abc:def0:1234:5678]:65535", 8, .address) == "…]:65535")
  }

  @Test func wordLosesItsEnd() { #expect(shortened("bound-inactive", 8, .word) == "bound-i…") }

  @Test func shortCellStaysWhole() {
    #expect(shortened("*:80", 4, .address) == "*:80")
    #expect(shortened("", 0, .text) == "")
  }

  @Test(arguments: [TablePage.Yielding.text, .address, .word, .none], 0...12)
  func noCellIsWiderThanItsColumn(kind: TablePage.Yielding, width: Int) {
    for text in ["nginx(1) nginx(2)", "[::1]:65535", "naïve-名前-名前名前", ":::::::::::::::::::"] {
      #expect(DisplayWidth.of(Array(shortened(text, width, kind).utf8)) <= width)
    }
  }

  @Test func charactersHaveTheWidthOfATerminal() {
    #expect(DisplayWidth.of(Array("abc".utf8)) == 3)
    #expect(DisplayWidth.of(Array("…é".utf8)) == 2)
    #expect(DisplayWidth.of(Array("名前".utf8)) == 4)
    #expect(DisplayWidth.of(Array("e\u{301}".utf8)) == 1)
  }
}

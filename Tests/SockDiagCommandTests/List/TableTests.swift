import SockDiag
import Testing

@testable import SockDiagCommand

/// Tables of fixed sockets, byte for byte.
struct TableTests {
  private static let names = InterfaceNames([1: "lo", 2: "eth0", 3: "evil\u{1b}[31m name"])

  private func table(
    _ sockets: [InetSocket], tcp: SocketStateSet = .all, udp: SocketStateSet = .all, showsTimers: Bool = false,
    showsHeader: Bool = true, details: DetailLines? = nil, terminal: Terminal = .plain
  ) throws -> [UInt8] {
    let renderer = TableRenderer(
      TableShape(tcp.union(udp), showsTimers: showsTimers), showsHeader: showsHeader, details: details,
      interfaces: Self.names, terminal: terminal, output: ByteOutput(descriptor: nil))
    for socket in sockets { try renderer.render(socket) }
    try renderer.finish(afterFailure: false)
    return renderer.text
  }

  @Test func columnsLineUp() throws {
    try Fixture.expect(table(Samples.assorted), toBe: "tables/all.txt")
  }

  @Test func listenersHaveNoByteQueuesAndNoPeer() throws {
    let listeners = try Samples.assorted.filter { $0.state == .listen }
    try Fixture.expect(table(listeners, tcp: .listen, udp: []), toBe: "tables/listeners.txt")
  }

  @Test func connectionsHaveNoAcceptQueue() throws {
    let connections = try Samples.assorted.filter { SocketStateSet.connected.contains(state: $0.state) }
    try Fixture.expect(table(connections, tcp: .connected, udp: .connected), toBe: "tables/connections.txt")
  }

  @Test func detailsArePrintedBelowTheirRow() throws {
    let details = DetailLines(kinds: [.identity, .memory, .transport])
    try Fixture.expect(table(Samples.assorted, showsTimers: true, details: details), toBe: "tables/details.txt")
  }

  @Test func onelineDetailsArePrintedAfterTheRow() throws {
    let details = DetailLines(kinds: [.identity, .memory, .transport], isOneLine: true)
    let sockets = try Samples.assorted
    let text = try table(sockets, showsHeader: false, details: details)
    #expect(text.split(separator: 0x0a).count == sockets.count)
  }

  @Test func statesAreColouredOnATerminal() throws {
    try Fixture.expect(
      table(Samples.assorted, terminal: Terminal(showsColour: true, width: 80, isTerminal: false)),
      toBe: "tables/colour.txt")
  }

  @Test func foreignControlCharactersDoNotReachTheTerminal() throws {
    let details = DetailLines(kinds: [.identity, .memory, .transport])
    let evil = try Samples.socket(
      #"""
      {"protocol":"tcp","family":"inet","state":"established","local":{"address":"10.0.0.1","port":1},
      "remote":{"address":"10.0.0.2","port":2},"interface":3,"inode":1,"receive_queue":0,"send_queue":0,
      "congestion":"a\u001b[2Jb\n\u009bc","ulp":{"name":"\u0007 bell"}}
      """#)
    let text = try table([evil], details: details)
    #expect(text.allSatisfy { $0 == 0x0a || (0x20...0x7e).contains($0) })
    #expect(String(decoding: text, as: UTF8.self).contains(#"10.0.0.1%evil\x1b[31m\x20name:1"#))
  }

  @Test func emptyTableHasOnlyTheHeader() throws {
    let text = try table([], tcp: .connected, udp: .connected)
    #expect(String(decoding: text, as: UTF8.self) == "Proto  State  Recv-Q  Send-Q  Local  Peer\n")
    #expect(try table([], showsHeader: false).isEmpty)
  }

  @Test func resultIsTheLastColumn() throws {
    let renderer = TableRenderer(
      TableShape(.all, notes: .result), showsHeader: true, interfaces: Self.names,
      terminal: .plain, output: ByteOutput(descriptor: nil))
    let socket = try #require(try Samples.assorted.first { $0.state == .established })
    for result in ["destroyed", "gone"] { try renderer.render(socket, SocketNotes(result: result)) }
    try renderer.finish(afterFailure: false)
    let lines = String(decoding: renderer.text, as: UTF8.self).split(separator: "\n")
    #expect(lines.map { $0.split(separator: " ").last } == ["Result", "destroyed", "gone"])
  }

  @Test func failureBeforeTheFirstSocketPrintsNothing() throws {
    let renderer = TableRenderer(
      TableShape(.all), showsHeader: true, interfaces: Self.names, terminal: .plain,
      output: ByteOutput(descriptor: nil))
    try renderer.finish(afterFailure: true)
    #expect(renderer.text.isEmpty)
  }

  @Test func everyPageLinesUpWithTheFirst() throws {
    let socket = try #require(try Samples.assorted.first { $0.state == .established })
    let count = TablePage.capacity * 2 + 3
    let text = try table(Array(repeating: socket, count: count))
    let lines = text.split(separator: 0x0a)
    #expect(lines.count == count + 1)
    #expect(Set(lines.dropFirst().map(Array.init)).count == 1)
  }
}

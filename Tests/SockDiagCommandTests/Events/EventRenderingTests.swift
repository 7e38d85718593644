import ArgumentParser
import SockDiag
import SockDiagWire
import Testing

@testable import SockDiagCommand

/// Events as they are shown.
struct EventRenderingTests {
  private static let time = Timestamp(seconds: 1_785_506_587, milliseconds: 42)

  static var schema: JSONSchema {
    get throws {
      try JSONSchema(named: "event")
    }
  }

  private func lines(_ events: [SocketEvent]) throws -> [JSONValue] {
    let renderer = EventLineRenderer(
      interfaces: InterfaceNames([1: "lo", 2: "a\"b"]), output: ByteOutput(descriptor: nil))
    renderer.begin()
    for event in events { try renderer.render(event, at: Self.time, in: nil) }
    return try renderer.text.split(separator: 0x0a).map { try JSONValue(parsing: $0) }
  }

  private func table(_ events: [SocketEvent], showsHeader: Bool = true, details: DetailLines? = nil) throws -> [String]
  {
    let renderer = EventTableRenderer(
      showsHeader: showsHeader, details: details, interfaces: InterfaceNames(.none), terminal: .plain,
      output: ByteOutput(descriptor: nil))
    try renderer.begin()
    for event in events { try renderer.render(event, at: Self.time, in: nil) }
    return String(decoding: renderer.text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private static let gaps: [SocketEvent] = [
    .gap(EventGap(dropped: 3)), .gap(EventGap(dropped: nil)), .gap(EventGap(dropped: 0, malformed: 1)),
  ]

  // MARK: JSON

  @Test func everyLineFitsTheSchema() throws {
    let schema = try Self.schema
    let sockets = try Samples.assorted.filter { $0.cookie != nil }
    let lines = try lines(sockets.map(SocketEvent.destroyed) + Self.gaps)
    #expect(lines.count == sockets.count + 3)
    #expect(lines.flatMap(schema.violations) == [])
  }

  @Test func eventHasTheKeysOfListAndTwoMore() throws {
    let socket = try #require(try Samples.assorted.first { $0.interfaceIndex == 2 })
    let line = try #require(try lines([.destroyed(socket)]).first)
    guard case .object(var members) = line else {
      Issue.record("no object")
      return
    }
    #expect(members.removeValue(forKey: "event") == .string("destroyed"))
    #expect(members.removeValue(forKey: "time") == .string("2026-07-31T14:03:07.042Z"))
    var text: [UInt8] = []
    var interfaces = InterfaceNames([2: "a\"b"])
    text.appendJSON(SocketFields(socket, interfaces: &interfaces))
    #expect(try JSONValue.object(members) == JSONValue(parsing: text))
    #expect(members["interface_name"] == .string("a\"b"))
  }

  @Test func gapStatesTheNumberIfKnown() throws {
    let lines = try lines(Self.gaps)
    #expect(lines.map { $0["dropped"] } == [.number(3), nil, .number(0)])
    #expect(lines.map { $0["malformed"] } == [nil, nil, .number(1)])
    #expect(lines.allSatisfy { $0["event"] == .string("gap") })
  }

  /// The schema of events names each member of a socket, so that it is as strict as that of sockets.
  @Test func schemaCoversEveryFieldOfASocket() throws {
    let event = try JSONValue(parsing: try Fixture.read("json-schema/event.schema.json"))
    let socket = try JSONValue(parsing: try Fixture.read("json-schema/inet-socket.schema.json"))
    guard case .object(let members)? = event["oneOf"]?.elements.first?["properties"],
      case .object(let known)? = socket["properties"]
    else {
      Issue.record("no properties")
      return
    }
    // What became of a socket is told of those that were asked to end. Only the ends of TCP and UDP sockets are announced.
    let others: Set = [
      "holders", "holders_missing", "result", "cgroup_path", "mptcp_info", "sctp_info", "local_addresses",
      "peer_addresses", "ip_protocol", "bpf_storages",
    ]
    #expect(
      Set(members.keys)
        == Set(known.keys).subtracting(others).union(["event", "time"])
    )
  }

  @Test(arguments: [
    #"{"event":"destroyed","time":"2026-07-31T14:03:07.042Z"}"#, #"{"event":"gap","dropped":1}"#,
    #"{"event":"gap","time":"14:03:07","dropped":1}"#,
    #"{"event":"gap","time":"2026-07-31T14:03:07.042Z","dropped":-1}"#,
    #"{"event":"created","time":"2026-07-31T14:03:07.042Z"}"#,
  ])
  func schemaRefusesInvalidEvents(_ line: String) throws {
    #expect(try !Self.schema.violations(of: JSONValue(parsing: line.utf8)).isEmpty)
  }

  // MARK: The table

  @Test func rowsLineUpWithTheHeaderUntilOneIsLonger() throws {
    let short = try Samples.socket(
      #"""
      {"protocol":"tcp","family":"inet","state":"close","local":{"address":"10.0.0.1","port":1},
      "remote":{"address":"10.0.0.2","port":2},"inode":0,"receive_queue":0,"send_queue":0}
      """#)
    let long = try Samples.socket(
      #"""
      {"protocol":"udp","family":"inet6","state":"close","local":{"address":"2001:db8:1111:2222::7","port":50000},
      "remote":{"address":"::","port":0},"inode":0,"receive_queue":0,"send_queue":0}
      """#)
    let rows = try table([short, long, short].map(SocketEvent.destroyed))
    // The time is that of the zone in which this runs.
    #expect(rows[1].prefix(12).contains(/^[0-9]{2}:[0-9]{2}:[0-9]{2}\.042$/))
    #expect(
      rows.map { $0.dropFirst(12) } == [
        "  Proto  Local                  Peer", "  tcp    10.0.0.1:1             10.0.0.2:2",
        "  udp    [2001:db8:1111:2222::7]:50000  *", "  tcp    10.0.0.1:1                     10.0.0.2:2",
      ])
  }

  @Test func headerComesBeforeTheFirstEvent() throws {
    #expect(try table([]).map { $0.split(separator: " ") } == [["Time", "Proto", "Local", "Peer"]])
    #expect(try table([], showsHeader: false).isEmpty)
  }

  @Test func gapsAreNotTableRows() throws {
    #expect(try table(Self.gaps, showsHeader: false).isEmpty)
  }

  @Test func detailsArePrintedBelowTheirRow() throws {
    let sockets = try Samples.assorted.filter { $0.tcpInfo != nil }.map(SocketEvent.destroyed)
    let below = try table(sockets, details: DetailLines(kinds: .transport))
    #expect(below.contains { $0.hasPrefix("    times ") })
    let behind = try table(sockets, details: DetailLines(kinds: .transport, isOneLine: true))
    #expect(behind.count == sockets.count + 1)
  }

  // MARK: Clocks and sizes

  @Test(arguments: [
    (Timestamp(seconds: 0, milliseconds: 0), "1970-01-01T00:00:00.000Z"),
    (Timestamp(seconds: 951_782_399, milliseconds: 999), "2000-02-28T23:59:59.999Z"),
    (Timestamp(seconds: 4_102_444_800, milliseconds: 7), "2100-01-01T00:00:00.007Z"),
  ])
  func timesAreWrittenInUTC(_ time: Timestamp, _ expected: String) {
    #expect(time.utc == expected)
  }

  @Test(arguments: [("0", 0), ("65536", 65536), ("512K", 512 << 10), ("64m", 64 << 20), ("1G", 1 << 30)])
  func sizesMayHaveUnits(_ text: String, _ bytes: Int) throws {
    #expect(try ByteCountArgument.parse(text, option: "--buffer", atMost: 1 << 30) == bytes)
  }

  // MARK: Which events

  private func groups(_ line: String) throws -> SocketEventGroups {
    let words = ["events"] + line.split(separator: " ").map(String.init)
    let events = try #require(try Sockdiag.parseAsRoot(words) as? Events)
    return try EventSelection(events.selection, everywhere: events.everywhere).groups
  }

  @Test func onlyWantedGroupsAreRequested() throws {
    #expect(try groups("") == .all)
    #expect(try groups("-t") == .tcp)
    #expect(try groups("-u4") == .udp4)
    #expect(try groups("-6") == .inet6)
    #expect(try groups("-tu46n") == .all)
  }

  @Test func portsAreFilteredHere() throws {
    let events = try #require(try Sockdiag.parseAsRoot(["events", "sport", "=", ":443"]) as? Events)
    let selection = try EventSelection(events.selection, everywhere: events.everywhere)
    for socket in try Samples.assorted { #expect(selection.contains(socket) == (socket.local.port == 443)) }
  }
}

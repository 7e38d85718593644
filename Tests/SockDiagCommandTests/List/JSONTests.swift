import SockDiag
import Testing

@testable import SockDiagCommand

/// JSON of fixed sockets, against the schema.
struct JSONTests {
  private func render(_ form: JSONRenderer.Form, _ sockets: [some ShownSocket]) throws -> [UInt8] {
    let renderer = JSONRenderer(
      form, interfaces: InterfaceNames([1: "lo", 2: "a\"b"]), output: ByteOutput(descriptor: nil))
    for socket in sockets { try renderer.render(socket) }
    try renderer.finish(afterFailure: false)
    return renderer.text
  }

  static var schema: JSONSchema {
    get throws { try JSONSchema(named: "socket") }
  }

  @Test func everySampleFitsTheSchema() throws {
    let schema = try Self.schema
    let sockets = try Samples.assorted
    let elements = try JSONValue(parsing: try render(.array, sockets)).elements
    #expect(elements.count == sockets.count)
    for element in elements { #expect(schema.violations(of: element).isEmpty) }
  }

  @Test func netlinkSocketsFitTheirSchema() throws {
    let schema = try JSONSchema(named: "netlink-socket")
    let bytes = Array(try Fixture.read("captures/linux-6.18/netlink.pcap"))
    let sockets = try CaptureDecoder.sockets(in: bytes.span).sockets.compactMap(\.netlink)
    let elements = try JSONValue(parsing: try render(.array, sockets)).elements
    #expect(elements.count == sockets.count)
    #expect(elements.contains { $0["destination_port_id"] != nil })
    for element in elements { #expect(schema.violations(of: element).isEmpty) }
  }

  @Test func unixSocketsFitTheirSchema() throws {
    let schema = try JSONSchema(named: "unix-socket")
    let bytes = Array(try Fixture.read("captures/linux-6.18/unix.pcap"))
    var sockets = try CaptureDecoder.sockets(in: bytes.span).sockets.compactMap(\.unix)
    let elements = try JSONValue(parsing: try render(.array, sockets)).elements
    #expect(elements.count == sockets.count && elements.count > 30)
    for key in ["path", "path_hex", "abstract", "abstract_hex", "file", "waiting_client_inodes", "uid"] {
      #expect(elements.contains { $0[key] != nil }, "\(key)")
    }
    for index in sockets.indices {
      let name = sockets[index].name
      sockets[index].peer?.name = name.map(UnixSocket.Peer.Name.named) ?? .unnamed
    }
    for element in elements + (try JSONValue(parsing: try render(.array, sockets)).elements) {
      #expect(schema.violations(of: element).isEmpty)
    }
  }

  /// The samples have every member that the family can have, or none.
  @Test func socketsOfRareFamiliesFitTheirSchemas() throws {
    func check(_ sockets: [some ShownSocket], _ name: String) throws {
      let schema = try JSONSchema(named: "\(name)-socket")
      let elements = try JSONValue(parsing: try render(.array, sockets)).elements
      #expect(elements.count == sockets.count)
      for element in elements { #expect(schema.violations(of: element).isEmpty, "\(name)") }
      // Each property of the schema is seen at least once, so a wrong name in it is found.
      guard case .object(let properties) = try #require(schema["properties"]) else { return }
      let unseen = properties.keys.filter { key in !elements.contains { $0[key] != nil } }
      #expect(unseen.sorted() == ["holders", "holders_missing", "network_namespace"])
    }
    try check(RareSockets.packet, "packet")
    try check(RareSockets.vsock, "vsock")
    try check(RareSockets.xdp, "xdp")
    try check(RareSockets.tipc, "tipc")
    try check(RareSockets.smc, "smc")
  }

  @Test func arrayAndLinesHoldTheSameObjects() throws {
    let sockets = try Samples.assorted
    let lines = try render(.lines, sockets).split(separator: 0x0a).map { try JSONValue(parsing: $0) }
    #expect(try JSONValue(parsing: try render(.array, sockets)).elements == lines)
  }

  @Test func interfaceNamesAreAdded() throws {
    let sockets = try Samples.assorted.filter { $0.interfaceIndex != 0 }
    for element in try JSONValue(parsing: try render(.array, sockets)).elements {
      let names: [JSONValue: String] = [.number(1): "lo", .number(2): "a\"b"]
      let index = try #require(element["interface"])
      #expect(element["interface_name"] == names[index].map { .string($0) })
    }
  }

  @Test func resultIsTheLastMemberOfASocket() throws {
    let schema = try Self.schema
    let socket = try #require(try Samples.assorted.first { $0.interfaceIndex == 1 })
    for result in DestructionResult.allCases {
      let renderer = JSONRenderer(
        .lines, interfaces: InterfaceNames([1: "lo"]), output: ByteOutput(descriptor: nil))
      try renderer.render(socket, SocketNotes(result: result.rawValue))
      let text = String(decoding: renderer.text, as: UTF8.self)
      #expect(text.hasSuffix(",\"interface_name\":\"lo\",\"result\":\"\(result.rawValue)\"}\n"))
      #expect(schema.violations(of: try JSONValue(parsing: text.utf8)).isEmpty)
    }
  }

  @Test func withoutSocketsTheArrayIsEmpty() throws {
    #expect(try JSONValue(parsing: try render(.array, [InetSocket]())) == .array([]))
    #expect(try render(.lines, [InetSocket]()).isEmpty)
  }

  @Test func validatorFindsErrors() throws {
    let schema = try JSONSchema(named: "inet-socket")
    let wrong = """
      {"protocol":"tcp","family":"inet7","state":"x","local":{"address":"::1","port":70000},"remote":{"address":"a"},
      "inode":-1,"receive_queue":0.5,"surprise":1,"cookie":1,"options":["nagle"],"congestion_info":{"kind":"vegas"}}
      """
    let found = schema.violations(of: try JSONValue(parsing: wrong.utf8))
    for place in [
      ".family enum", ".state anyOf", ".local.port maximum", ".remote required", ".remote.address pattern",
      ".inode minimum", ".receive_queue type", "additionalProperties: surprise", ".cookie type", ".options[0] enum",
      ".congestion_info oneOf", "required: send_queue",
    ] {
      #expect(found.contains { $0.contains(place) }, "\(place)")
    }
  }
}

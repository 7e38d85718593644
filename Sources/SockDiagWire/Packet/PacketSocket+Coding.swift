extension PacketSocket: Codable {
  /// Writes the fields with the keys of the command's JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("family", family.description)
    writer.text("type", type.description)
    writer.number("protocol", `protocol`.rawValue)
    writer.text("protocol_name", `protocol`.name)
    writer.text("state", state.description)
    writer.object("info", info)
    if interfaceIndex != 0 { writer.number("interface", interfaceIndex) }
    writer.number("uid", uid)
    writer.longNumber("cookie", cookie?.rawValue)
    writer.number("inode", inode)
    writer.objects("memberships", memberships)
    writer.object("rx_ring", receiveRing)
    writer.object("tx_ring", sendRing)
    writer.object("fanout", fanout)
    switch filter {
    case .program(let instructions): writer.objects("filter", instructions)
    case .hidden: writer.boolean("filter_hidden", true)
    case nil: break
    }
    writer.object("memory", memory)
    if source == .procNet { writer.text("source", source.rawValue) }
    writer.object("proc_net", procNet)
    writer.attributes("unknown_attributes", unknownAttributes)
  }

  /// Reads a socket from the command's JSON or any other form that `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try FieldReader(decoder.container(keyedBy: FieldKey.self))
    type = try fields.named("type", SocketType.init(name:))
    `protocol` = LinkProtocol(rawValue: try fields.required("protocol"))
    info = try fields.object("info", Info.init)
    uid = try fields.optional("uid")
    cookie = try fields.optional("cookie")
    inode = try fields.required("inode")
    memberships = try fields.optionalObjects("memberships", Membership.init)
    receiveRing = try fields.object("rx_ring", Ring.init)
    sendRing = try fields.object("tx_ring", Ring.init)
    fanout = try fields.object("fanout", Fanout.init)
    if let instructions = try fields.optionalObjects("filter", ClassicBPFInstruction.init) {
      filter = .program(instructions)
    } else if try fields.optional("filter_hidden") == true {
      filter = .hidden
    }
    memory = try fields.object("memory", SocketMemory.init)
    procNet = try fields.object("proc_net", ProcNetFigures.init)
    unknownAttributes = try fields.attributes("unknown_attributes")
  }
}

extension PacketSocket.Info: ListedFields {
  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("interface", &interfaceIndex)
    list.number("ring_version", &ringVersion)
    list.number("reserve_bytes", &reservedBytes)
    list.number("copy_threshold", &copyThreshold)
    list.number("timestamping", &timestamping)
    list.names("flags", &flags, PacketSocket.Flags.names)
  }
}

extension PacketSocket.Membership: ListedFields {
  init() { self.init(interfaceIndex: 0, count: 0, kind: .multicast, address: []) }

  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("interface", &interfaceIndex)
    list.name("type", &kind, Kind.init(name:))
    list.hexadecimal("address", &address)
    list.number("count", &count)
  }
}

extension PacketSocket.Ring: ListedFields {
  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("block_bytes", &blockBytes)
    list.number("blocks", &blockCount)
    list.number("frame_bytes", &frameBytes)
    list.number("frames", &frameCount)
    list.number("retire_timeout_ms", &retireTimeoutMilliseconds)
    list.number("private_bytes", &privateBytes)
    list.number("features", &features)
  }
}

extension PacketSocket.Fanout: ListedFields {
  init() { self.init(id: 0, method: .hash) }

  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("id", &id)
    list.name("type", &method, Method.init(name:))
  }
}

extension ClassicBPFInstruction: ListedFields {
  init() { self.init(code: 0, jumpIfTrue: 0, jumpIfFalse: 0, operand: 0) }

  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("code", &code)
    list.number("jt", &jumpIfTrue)
    list.number("jf", &jumpIfFalse)
    list.number("k", &operand)
  }
}

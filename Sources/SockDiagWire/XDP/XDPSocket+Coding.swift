extension XDPSocket: Codable {
  /// Writes the fields with the keys of the command's JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("family", family.description)
    writer.text("type", type.description)
    writer.text("state", state.description)
    queue?.writeFields(to: &writer)
    writer.number("uid", uid)
    writer.longNumber("cookie", cookie?.rawValue)
    writer.number("inode", inode)
    writer.number("rx_ring_entries", receiveRingEntries)
    writer.number("tx_ring_entries", sendRingEntries)
    writer.object("umem", userMemory)
    writer.number("fill_ring_entries", fillRingEntries)
    writer.number("completion_ring_entries", completionRingEntries)
    writer.object("memory", memory)
    writer.object("statistics", statistics)
    writer.attributes("unknown_attributes", unknownAttributes)
  }

  /// Reads a socket from the command's JSON or any other form that `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try FieldReader(decoder.container(keyedBy: FieldKey.self))
    type = try fields.named("type", SocketType.init(name:))
    queue = fields.contains("interface") ? try DeviceQueue(fields) : nil
    uid = try fields.optional("uid")
    cookie = try fields.optional("cookie")
    inode = try fields.required("inode")
    receiveRingEntries = try fields.optional("rx_ring_entries")
    sendRingEntries = try fields.optional("tx_ring_entries")
    userMemory = try fields.object("umem", UserMemory.init)
    fillRingEntries = try fields.optional("fill_ring_entries")
    completionRingEntries = try fields.optional("completion_ring_entries")
    memory = try fields.object("memory", SocketMemory.init)
    statistics = try fields.object("statistics", Statistics.init)
    unknownAttributes = try fields.attributes("unknown_attributes")
  }
}

extension XDPSocket.DeviceQueue: ListedFields {
  init() { self.init(interfaceIndex: 0, number: 0) }

  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("interface", &interfaceIndex)
    list.number("queue", &number)
  }
}

extension XDPSocket.UserMemory: ListedFields {
  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("id", &id)
    list.longNumber("bytes", &bytes)
    list.number("pages", &pageCount)
    list.number("chunk_bytes", &chunkBytes)
    list.number("headroom_bytes", &headroomBytes)
    list.part(&queue)
    list.names("flags", &flags, Flags.names)
    list.number("references", &references)
  }
}

extension XDPSocket.Statistics: ListedFields {
  mutating func visit<List: FieldList>(_ list: inout List) {
    list.longNumber("rx_dropped", &receiveDropped)
    list.longNumber("rx_invalid", &receiveInvalid)
    list.longNumber("rx_ring_full", &receiveRingFull)
    list.longNumber("fill_ring_empty", &fillRingEmpty)
    list.longNumber("tx_invalid", &sendInvalid)
    list.longNumber("tx_ring_empty", &sendRingEmpty)
  }
}

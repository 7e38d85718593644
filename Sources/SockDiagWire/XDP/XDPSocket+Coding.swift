extension XDPSocket: Codable {
  /// Writes the fields with the keys of the command's JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("family", family.description)
    writer.text("type", type.description)
    writer.text("state", state.description)
    if let queue { queue.writeFields(to: &writer) }
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
    queue = try (fields.optional("interface") as UInt32?).map { index in
      DeviceQueue(interfaceIndex: index, number: try fields.required("queue"))
    }
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

extension XDPSocket.DeviceQueue: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("interface", interfaceIndex)
    writer.number("queue", number)
  }
}

extension XDPSocket.UserMemory: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("id", id)
    writer.longNumber("bytes", bytes)
    writer.number("pages", pageCount)
    writer.number("chunk_bytes", chunkBytes)
    writer.number("headroom_bytes", headroomBytes)
    queue.writeFields(to: &writer)
    writer.texts("flags", FieldBit.texts(of: UInt64(flags.rawValue), in: Flags.names))
    writer.number("references", references)
  }

  fileprivate init(_ fields: FieldReader) throws {
    id = try fields.required("id")
    bytes = try fields.longNumber("bytes")
    pageCount = try fields.required("pages")
    chunkBytes = try fields.required("chunk_bytes")
    headroomBytes = try fields.required("headroom_bytes")
    queue = XDPSocket.DeviceQueue(
      interfaceIndex: try fields.required("interface"), number: try fields.required("queue"))
    let bits = FieldBit.bits(of: try fields.required("flags"), in: Flags.names)
    flags = Flags(rawValue: UInt32(truncatingIfNeeded: bits))
    references = try fields.required("references")
  }
}

extension XDPSocket.Statistics: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.longNumber("rx_dropped", receiveDropped)
    writer.longNumber("rx_invalid", receiveInvalid)
    writer.longNumber("rx_ring_full", receiveRingFull)
    writer.longNumber("fill_ring_empty", fillRingEmpty)
    writer.longNumber("tx_invalid", sendInvalid)
    writer.longNumber("tx_ring_empty", sendRingEmpty)
  }

  fileprivate init(_ fields: FieldReader) throws {
    receiveDropped = try fields.longNumber("rx_dropped")
    receiveInvalid = try fields.longNumber("rx_invalid")
    receiveRingFull = try fields.longNumber("rx_ring_full")
    fillRingEmpty = try fields.longNumber("fill_ring_empty")
    sendInvalid = try fields.longNumber("tx_invalid")
    sendRingEmpty = try fields.longNumber("tx_ring_empty")
  }
}

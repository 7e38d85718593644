extension NetlinkSocket: Codable {
  /// Writes the fields with the keys of the command's JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("family", family.description)
    writer.text("protocol", `protocol`.description)
    writer.text("state", state.description)
    writer.number("port_id", portID)
    if isConnected {
      writer.number("destination_port_id", destinationPortID)
      writer.number("destination_group", destinationGroup)
    }
    // No table has the type.
    if source == .sockDiag { writer.number("type", type) }
    writer.longNumber("cookie", cookie?.rawValue)
    writer.number("inode", inode)
    if let groups { writer.numbers("groups", groups) }
    if let flags { writer.texts("flags", FieldBit.texts(of: UInt64(flags.rawValue), in: Flags.names)) }
    writer.object("memory", memory)
    if source == .procNet { writer.text("source", source.rawValue) }
    writer.object("proc_net", procNet)
    writer.attributes("unknown_attributes", unknownAttributes)
  }

  /// Reads a socket from the command's JSON or any other form that `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try FieldReader(decoder.container(keyedBy: FieldKey.self))
    `protocol` = try fields.named("protocol", NetlinkFamily.init(name:))
    isConnected = try fields.named("state", SocketState.init(name:)) == .established
    portID = try fields.required("port_id")
    destinationPortID = try fields.optional("destination_port_id") ?? 0
    destinationGroup = try fields.optional("destination_group") ?? 0
    type = try fields.optional("type") ?? 0
    cookie = try fields.optional("cookie")
    inode = try fields.required("inode")
    groups = try fields.optional("groups")
    flags = try (fields.optional("flags") as [String]?).map { names in
      Flags(rawValue: UInt32(truncatingIfNeeded: FieldBit.bits(of: names, in: Flags.names)))
    }
    memory = try fields.object("memory", SocketMemory.init)
    procNet = try fields.object("proc_net", ProcNetFigures.init)
    unknownAttributes = try fields.attributes("unknown_attributes")
  }
}

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

extension PacketSocket.Info: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("interface", interfaceIndex)
    writer.number("ring_version", ringVersion)
    writer.number("reserve_bytes", reservedBytes)
    writer.number("copy_threshold", copyThreshold)
    writer.number("timestamping", timestamping)
    writer.texts("flags", FieldBit.texts(of: UInt64(flags.rawValue), in: PacketSocket.Flags.names))
  }

  fileprivate init(_ fields: FieldReader) throws {
    interfaceIndex = try fields.required("interface")
    ringVersion = try fields.required("ring_version")
    reservedBytes = try fields.required("reserve_bytes")
    copyThreshold = try fields.required("copy_threshold")
    timestamping = try fields.required("timestamping")
    let bits = FieldBit.bits(of: try fields.required("flags"), in: PacketSocket.Flags.names)
    flags = PacketSocket.Flags(rawValue: UInt32(truncatingIfNeeded: bits))
  }
}

extension PacketSocket.Membership: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("interface", interfaceIndex)
    writer.text("type", kind.description)
    if !address.isEmpty { writer.text("address", address.hexadecimal) }
    writer.number("count", count)
  }

  fileprivate init(_ fields: FieldReader) throws {
    interfaceIndex = try fields.required("interface")
    kind = try fields.named("type", Kind.init(name:))
    address = try fields.hexadecimal("address")
    count = try fields.required("count")
  }
}

extension PacketSocket.Ring: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("block_bytes", blockBytes)
    writer.number("blocks", blockCount)
    writer.number("frame_bytes", frameBytes)
    writer.number("frames", frameCount)
    writer.number("retire_timeout_ms", retireTimeoutMilliseconds)
    writer.number("private_bytes", privateBytes)
    writer.number("features", features)
  }

  fileprivate init(_ fields: FieldReader) throws {
    blockBytes = try fields.required("block_bytes")
    blockCount = try fields.required("blocks")
    frameBytes = try fields.required("frame_bytes")
    frameCount = try fields.required("frames")
    retireTimeoutMilliseconds = try fields.required("retire_timeout_ms")
    privateBytes = try fields.required("private_bytes")
    features = try fields.required("features")
  }
}

extension PacketSocket.Fanout: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("id", id)
    writer.text("type", method.description)
  }

  fileprivate init(_ fields: FieldReader) throws {
    id = try fields.required("id")
    method = try fields.named("type", Method.init(name:))
  }
}

extension ClassicBPFInstruction: FieldWritable {
  /// Writes the fields with the kernel's names as keys.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("code", code)
    writer.number("jt", jumpIfTrue)
    writer.number("jf", jumpIfFalse)
    writer.number("k", operand)
  }

  init(_ fields: FieldReader) throws {
    self.init(
      code: try fields.required("code"), jumpIfTrue: try fields.required("jt"),
      jumpIfFalse: try fields.required("jf"), operand: try fields.required("k"))
  }
}

extension SMCSocket: Codable {
  /// Writes the fields with the keys of the command's JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("family", family.description)
    writer.text("state", state.description)
    writer.text("smc_state", smcState.description)
    writer.text("mode", mode.description)
    writer.object("local", local)
    writer.object("remote", remote)
    if interfaceIndex != 0 { writer.number("interface", interfaceIndex) }
    writer.number("uid", uid)
    writer.longNumber("cookie", cookie?.rawValue)
    if inode == longInode { writer.number("inode", inode) } else { writer.longNumber("long_inode", longInode) }
    writer.number("shutdown", shutdown?.rawValue)
    writer.object("fallback", fallback)
    writer.object("connection", connection)
    writer.object("link", link)
    writer.object("dmb", memoryBuffer)
    writer.attributes("unknown_attributes", unknownAttributes)
  }

  /// Reads a socket from the command's JSON or any other form that `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try FieldReader(decoder.container(keyedBy: FieldKey.self))
    smcState = try fields.named("smc_state", SMCState.init(name:))
    mode = try fields.named("mode", Mode.init(name:))
    local = try fields.required("local")
    remote = try fields.required("remote")
    interfaceIndex = try fields.optional("interface") ?? 0
    uid = try fields.optional("uid")
    cookie = try fields.optional("cookie")
    longInode = try fields.optional("inode") ?? fields.longNumber("long_inode")
    shutdown = try fields.optional("shutdown").map(ShutdownSides.init(rawValue:))
    fallback = try fields.object("fallback", Fallback.init)
    connection = try fields.object("connection", Connection.init)
    link = try fields.object("link", Link.init)
    memoryBuffer = try fields.object("dmb", MemoryBuffer.init)
    unknownAttributes = try fields.attributes("unknown_attributes")
  }
}

extension SMCSocket.Fallback: RecordPart {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("reason", reason.rawValue)
    writer.text("reason_text", reason.explanation)
    writer.number("peer_reason", peerReason.rawValue)
    writer.text("peer_reason_text", peerReason.explanation)
  }

  init(_ fields: FieldReader) throws {
    self.init(
      reason: SMCDecline(rawValue: try fields.required("reason")),
      peerReason: SMCDecline(rawValue: try fields.required("peer_reason")))
  }
}

extension SMCSocket.Connection: ListedFields {
  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("token", &token)
    list.number("send_buffer_bytes", &sendBufferBytes)
    list.number("receive_buffer_bytes", &receiveBufferBytes)
    list.number("peer_receive_buffer_bytes", &peerReceiveBufferBytes)
    list.object("rx_prod", &receivedProducer)
    list.object("rx_cons", &receivedConsumer)
    list.object("tx_prod", &sentProducer)
    list.object("tx_cons", &sentConsumer)
    list.number("rx_prod_flags", &receivedProducerFlags)
    list.number("rx_conn_state_flags", &receivedStateFlags)
    list.number("tx_prod_flags", &sentProducerFlags)
    list.number("tx_conn_state_flags", &sentStateFlags)
    list.object("tx_prep", &prepared)
    list.object("tx_sent", &sent)
    list.object("tx_fin", &confirmed)
  }
}

extension SMCSocket.Cursor: ListedFields {
  init() { self.init(wraps: 0, offset: 0) }

  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("wrap", &wraps)
    list.number("count", &offset)
  }
}

extension SMCSocket.Link: ListedFields {
  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("id", &id)
    list.text("device", &device)
    list.number("port", &port)
    list.text("gid", &localGID)
    list.text("peer_gid", &peerGID)
    list.number("role", &role)
  }
}

extension SMCSocket.MemoryBuffer: ListedFields {
  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("link_id", &linkID)
    list.longNumber("peer_gid", &peerGID)
    list.longNumber("gid", &localGID)
    list.longNumber("token", &token)
    list.longNumber("peer_token", &peerToken)
    list.part(&extensions, with: "peer_gid_ext")
  }
}

extension SMCSocket.MemoryBuffer.Extensions: ListedFields {
  init() { self.init(peerGID: 0, localGID: 0) }

  mutating func visit<List: FieldList>(_ list: inout List) {
    list.longNumber("peer_gid_ext", &peerGID)
    list.longNumber("gid_ext", &localGID)
  }
}

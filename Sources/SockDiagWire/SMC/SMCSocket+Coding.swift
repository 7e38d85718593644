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

extension SMCSocket.Fallback: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("reason", reason.rawValue)
    writer.text("reason_text", reason.explanation)
    writer.number("peer_reason", peerReason.rawValue)
    writer.text("peer_reason_text", peerReason.explanation)
  }

  fileprivate init(_ fields: FieldReader) throws {
    self.init(
      reason: SMCDecline(rawValue: try fields.required("reason")),
      peerReason: SMCDecline(rawValue: try fields.required("peer_reason")))
  }
}

extension SMCSocket.Connection: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("token", token)
    writer.number("send_buffer_bytes", sendBufferBytes)
    writer.number("receive_buffer_bytes", receiveBufferBytes)
    writer.number("peer_receive_buffer_bytes", peerReceiveBufferBytes)
    writer.object("rx_prod", receivedProducer)
    writer.object("rx_cons", receivedConsumer)
    writer.object("tx_prod", sentProducer)
    writer.object("tx_cons", sentConsumer)
    writer.number("rx_prod_flags", receivedProducerFlags)
    writer.number("rx_conn_state_flags", receivedStateFlags)
    writer.number("tx_prod_flags", sentProducerFlags)
    writer.number("tx_conn_state_flags", sentStateFlags)
    writer.object("tx_prep", prepared)
    writer.object("tx_sent", sent)
    writer.object("tx_fin", confirmed)
  }

  fileprivate init(_ fields: FieldReader) throws {
    func cursor(_ key: String) throws -> SMCSocket.Cursor {
      try fields.object(key, SMCSocket.Cursor.init) ?? SMCSocket.Cursor()
    }
    token = try fields.required("token")
    sendBufferBytes = try fields.required("send_buffer_bytes")
    receiveBufferBytes = try fields.required("receive_buffer_bytes")
    peerReceiveBufferBytes = try fields.required("peer_receive_buffer_bytes")
    receivedProducer = try cursor("rx_prod")
    receivedConsumer = try cursor("rx_cons")
    sentProducer = try cursor("tx_prod")
    sentConsumer = try cursor("tx_cons")
    receivedProducerFlags = try fields.required("rx_prod_flags")
    receivedStateFlags = try fields.required("rx_conn_state_flags")
    sentProducerFlags = try fields.required("tx_prod_flags")
    sentStateFlags = try fields.required("tx_conn_state_flags")
    prepared = try cursor("tx_prep")
    sent = try cursor("tx_sent")
    confirmed = try cursor("tx_fin")
  }
}

extension SMCSocket.Cursor: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("wrap", wraps)
    writer.number("count", offset)
  }

  fileprivate init(_ fields: FieldReader) throws {
    self.init(wraps: try fields.required("wrap"), offset: try fields.required("count"))
  }
}

extension SMCSocket.Link: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("id", id)
    writer.text("device", device)
    writer.number("port", port)
    writer.text("gid", localGID)
    writer.text("peer_gid", peerGID)
    writer.number("role", role)
  }

  fileprivate init(_ fields: FieldReader) throws {
    id = try fields.required("id")
    device = try fields.required("device")
    port = try fields.required("port")
    localGID = try fields.required("gid")
    peerGID = try fields.required("peer_gid")
    role = try fields.required("role")
  }
}

extension SMCSocket.MemoryBuffer: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("link_id", linkID)
    writer.longNumber("peer_gid", peerGID)
    writer.longNumber("gid", localGID)
    writer.longNumber("token", token)
    writer.longNumber("peer_token", peerToken)
    if let extensions {
      writer.longNumber("peer_gid_ext", extensions.peerGID)
      writer.longNumber("gid_ext", extensions.localGID)
    }
  }

  fileprivate init(_ fields: FieldReader) throws {
    linkID = try fields.required("link_id")
    peerGID = try fields.longNumber("peer_gid")
    localGID = try fields.longNumber("gid")
    token = try fields.longNumber("token")
    peerToken = try fields.longNumber("peer_token")
    if (try fields.optional("peer_gid_ext") as String?) != nil {
      extensions = Extensions(
        peerGID: try fields.longNumber("peer_gid_ext"), localGID: try fields.longNumber("gid_ext"))
    }
  }
}

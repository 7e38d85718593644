extension TIPCSocket: Codable {
  /// Writes the fields with the keys of the command's JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("family", family.description)
    writer.text("type", type?.description)
    writer.text("state", reportedState?.description)
    writer.object("local", local)
    writer.object("connection", connection)
    if hasPublications { writer.boolean("has_publications", true) }
    writer.object("statistics", statistics)
    writer.object("group", group)
    writer.number("uid", uid)
    writer.longNumber("cookie", cookie?.rawValue)
    writer.number("inode", inode)
    writer.attributes("unknown_attributes", unknownAttributes)
    writer.attributes("unknown_message_attributes", unknownMessageAttributes)
  }

  /// Reads a socket from the command's JSON or any other form that `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try FieldReader(decoder.container(keyedBy: FieldKey.self))
    type = try fields.optionalNamed("type", SocketType.init(name:))
    reportedState = try fields.optionalNamed("state", SocketState.init(name:))
    local = try fields.object("local", Address.init) ?? local
    connection = try fields.object("connection", Connection.init)
    hasPublications = try fields.optional("has_publications") ?? false
    statistics = try fields.object("statistics", Statistics.init)
    group = try fields.object("group", Group.init)
    uid = try fields.optional("uid")
    cookie = try fields.optional("cookie")
    inode = try fields.required("inode")
    unknownAttributes = try fields.attributes("unknown_attributes")
    unknownMessageAttributes = try fields.attributes("unknown_message_attributes")
  }
}

extension TIPCSocket.Address: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("node", node)
    writer.number("ref", reference)
  }

  fileprivate init(_ fields: FieldReader) throws {
    self.init(node: try fields.required("node"), reference: try fields.required("ref"))
  }
}

extension TIPCSocket.Connection: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    peer.writeFields(to: &writer)
    writer.object("service", service)
  }

  fileprivate init(_ fields: FieldReader) throws {
    self.init()
    peer = try TIPCAddress(fields)
    service = try fields.object("service") { fields in
      TIPCSocket.Service(type: try fields.required("type"), instance: try fields.required("instance"))
    }
  }
}

extension TIPCSocket.Service: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("type", type)
    writer.number("instance", instance)
  }
}

extension TIPCSocket.Statistics: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("receive_queue_messages", receivedMessages)
    writer.number("send_queue_messages", unsentMessages)
    writer.number("drops", drops)
    writer.boolean("link_congested", isLinkCongested)
    writer.boolean("connection_congested", isConnectionCongested)
  }

  fileprivate init(_ fields: FieldReader) throws {
    self.init()
    receivedMessages = try fields.optional("receive_queue_messages")
    unsentMessages = try fields.optional("send_queue_messages")
    drops = try fields.optional("drops")
    isLinkCongested = try fields.required("link_congested")
    isConnectionCongested = try fields.required("connection_congested")
  }
}

extension TIPCSocket.Group: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("id", id)
    writer.number("instance", instance)
    writer.number("next_broadcast", nextBroadcast)
    writer.boolean("open", isOpen)
    writer.boolean("node_scope", hasNodeScope)
    writer.boolean("cluster_scope", hasClusterScope)
  }

  fileprivate init(_ fields: FieldReader) throws {
    self.init()
    id = try fields.optional("id")
    instance = try fields.optional("instance")
    nextBroadcast = try fields.optional("next_broadcast")
    isOpen = try fields.required("open")
    hasNodeScope = try fields.required("node_scope")
    hasClusterScope = try fields.required("cluster_scope")
  }
}

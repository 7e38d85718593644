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

extension TIPCSocket.Address: ListedFields {
  init() { self.init(node: 0, reference: 0) }

  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("node", &node)
    list.number("ref", &reference)
  }
}

extension TIPCSocket.Connection: ListedFields {
  mutating func visit<List: FieldList>(_ list: inout List) {
    list.part(&peer)
    list.object("service", &service)
  }
}

extension TIPCSocket.Service: ListedFields {
  init() { self.init(type: 0, instance: 0) }

  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("type", &type)
    list.number("instance", &instance)
  }
}

extension TIPCSocket.Statistics: ListedFields {
  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("receive_queue_messages", &receivedMessages)
    list.number("send_queue_messages", &unsentMessages)
    list.number("drops", &drops)
    list.boolean("link_congested", &isLinkCongested)
    list.boolean("connection_congested", &isConnectionCongested)
  }
}

extension TIPCSocket.Group: ListedFields {
  mutating func visit<List: FieldList>(_ list: inout List) {
    list.number("id", &id)
    list.number("instance", &instance)
    list.number("next_broadcast", &nextBroadcast)
    list.boolean("open", &isOpen)
    list.boolean("node_scope", &hasNodeScope)
    list.boolean("cluster_scope", &hasClusterScope)
  }
}

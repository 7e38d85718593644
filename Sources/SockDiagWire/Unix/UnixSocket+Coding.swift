extension UnixSocket: Codable {
  /// Writes the fields with the keys of the command's JSON output.
  ///
  /// It is specialized for JSON text: lists have many sockets.
  @specialized(where Writer == JSONTextWriter)
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("family", family.description)
    writer.text("type", type.description)
    writer.text("state", state.description)
    if let name { writer.name(name) }
    writer.number("inode", inode)
    writer.object("peer", peer)
    writer.longNumber("cookie", cookie?.rawValue)
    writer.number("uid", uid)
    switch queues {
    case .bytes(let received, let unsent):
      writer.number("receive_queue", received)
      writer.number("send_queue", unsent)
    case .connections(let waiting, let limit):
      writer.number("receive_queue", waiting)
      writer.number("send_queue", limit)
    case nil: break
    }
    if let waitingClients { writer.numbers("waiting_client_inodes", waitingClients) }
    writer.object("file", file)
    writer.number("shutdown", shutdown?.rawValue)
    writer.object("memory", memory)
    if source == .procNet { writer.text("source", source.rawValue) }
    writer.attributes("unknown_attributes", unknownAttributes)
  }

  /// Reads a socket from the command's JSON or any other form that `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try FieldReader(decoder.container(keyedBy: FieldKey.self))
    type = try fields.named("type", SocketType.init(name:))
    state = try fields.named("state", SocketState.init(name:))
    name = try fields.unixName()
    inode = try fields.required("inode")
    peer = try fields.object("peer", Peer.init)
    cookie = try fields.optional("cookie")
    uid = try fields.optional("uid")
    if let first: UInt32 = try fields.optional("receive_queue") {
      let second: UInt32? = try fields.optional("send_queue")
      queues =
        state == .listen
        ? .connections(waiting: first, limit: second) : .bytes(received: first, unsent: second ?? 0)
    }
    waitingClients = try fields.optional("waiting_client_inodes")
    file = try fields.object("file", File.init)
    shutdown = (try fields.optional("shutdown")).map(ShutdownSides.init(rawValue:))
    memory = try fields.object("memory", SocketMemory.init)
    source = try fields.optional("source") ?? .sockDiag
    unknownAttributes = try fields.attributes("unknown_attributes")
  }
}

extension UnixSocket.File: RecordPart {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("inode", inode)
    writer.number("device_major", major)
    writer.number("device_minor", minor)
  }

  init(_ fields: FieldReader) throws {
    let (major, minor): (UInt32, UInt32) = (try fields.required("device_major"), try fields.required("device_minor"))
    self.init(inode: try fields.required("inode"), device: major << 20 | minor & 0xf_ffff)
  }
}

extension UnixSocket.Peer: RecordPart {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("inode", inode)
    switch name {
    case .named(let name): writer.name(name)
    case .unnamed: writer.boolean("unnamed", true)
    case .unknown: break
    }
  }

  init(_ fields: FieldReader) throws {
    inode = try fields.required("inode")
    name =
      try fields.unixName().map(Name.named) ?? (try fields.optional("unnamed") == true ? .unnamed : .unknown)
  }
}

extension FieldWriter {
  /// Writes a name under `path` or `abstract`. A name that is not UTF-8 is written in hexadecimal digits, under a key
  /// that says so: a replacement character would make two names one.
  fileprivate mutating func name(_ name: UnixSocketName) {
    let key = name.isAbstract ? "abstract" : "path"
    if let text = String(validating: name.bytes, as: UTF8.self) {
      self.text(key, text)
    } else {
      self.text(key + "_hex", name.bytes.hexadecimal)
    }
  }
}

extension FieldReader {
  /// Reads a name that stands under one of four keys.
  fileprivate func unixName() throws -> UnixSocketName? {
    if let text: String = try optional("path") { return .path(Array(text.utf8)) }
    if let text: String = try optional("abstract") { return .abstract(Array(text.utf8)) }
    if let _: String = try optional("path_hex") { return .path(try hexadecimal("path_hex")) }
    if let _: String = try optional("abstract_hex") { return .abstract(try hexadecimal("abstract_hex")) }
    return nil
  }
}

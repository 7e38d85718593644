extension VSockSocket: Codable {
  /// Writes the fields with the keys of the command's JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("family", family.description)
    writer.text("type", type.description)
    writer.text("state", state.description)
    writer.object("local", local)
    writer.object("remote", remote)
    writer.longNumber("cookie", cookie?.rawValue)
    writer.number("inode", inode)
    writer.number("shutdown", shutdown.rawValue)
    writer.attributes("unknown_attributes", unknownAttributes)
  }

  /// Reads a socket from the command's JSON or any other form that `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try FieldReader(decoder.container(keyedBy: FieldKey.self))
    type = try fields.named("type", SocketType.init(name:))
    state = try fields.named("state", SocketState.init(name:))
    local = try fields.required("local")
    remote = try fields.required("remote")
    cookie = try fields.optional("cookie")
    inode = try fields.required("inode")
    shutdown = ShutdownSides(rawValue: try fields.required("shutdown"))
    unknownAttributes = try fields.attributes("unknown_attributes")
  }
}

extension SocketMemory: RecordPart {
  /// Writes the fields with the keys of the command's JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("rmem_alloc", receiveAllocated)
    writer.number("rcvbuf", receiveBuffer)
    writer.number("wmem_alloc", sendAllocated)
    writer.number("sndbuf", sendBuffer)
    writer.number("fwd_alloc", forwardAllocated)
    writer.number("wmem_queued", sendQueued)
    writer.number("optmem", optionMemory)
    writer.number("backlog", backlog)
    writer.number("drops", drops)
  }
}

extension SocketMemory {
  init(_ fields: FieldReader) throws {
    receiveAllocated = try fields.required("rmem_alloc")
    receiveBuffer = try fields.required("rcvbuf")
    sendAllocated = try fields.required("wmem_alloc")
    sendBuffer = try fields.required("sndbuf")
    forwardAllocated = try fields.required("fwd_alloc")
    sendQueued = try fields.required("wmem_queued")
    optionMemory = try fields.required("optmem")
    backlog = try fields.optional("backlog")
    drops = try fields.optional("drops")
  }
}

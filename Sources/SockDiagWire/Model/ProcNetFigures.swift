/// Figures of a row in `/proc/net` that a record of sock_diag has in another form.
///
/// A table shows less than sock_diag. What it lacks is absent here and in the record.
public struct ProcNetFigures: Hashable, Sendable {
  /// The memory of messages that wait to be read, in bytes.
  public var receiveAllocated: UInt32?
  /// The memory of messages that wait to be sent, in bytes.
  public var sendAllocated: UInt32?
  /// Messages that the kernel dropped.
  public var drops: UInt64?
  /// The interface that a packet socket is bound to; 0 for all, all ones if the interface was removed.
  public var interfaceIndex: UInt32?
  /// Whether a packet socket receives packets.
  public var isRunning: Bool?

  /// Creates figures of which none is present.
  public init() {}

  /// The queues, if both are present.
  public var queues: SocketQueues? {
    guard let receiveAllocated, let sendAllocated else { return nil }
    return .bytes(received: receiveAllocated, unsent: sendAllocated)
  }
}

extension ProcNetFigures: RecordPart {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("receive_allocated", receiveAllocated)
    writer.number("send_allocated", sendAllocated)
    writer.longNumber("drops", drops)
    writer.number("interface", interfaceIndex)
    writer.boolean("running", isRunning)
  }

  init(_ fields: FieldReader) throws {
    self.init()
    receiveAllocated = try fields.optional("receive_allocated")
    sendAllocated = try fields.optional("send_allocated")
    drops = try (fields.optional("drops") as String?).flatMap { UInt64($0) }
    interfaceIndex = try fields.optional("interface")
    isRunning = try fields.optional("running")
  }
}

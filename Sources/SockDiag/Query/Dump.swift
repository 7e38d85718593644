public import SockDiagWire

/// The sockets of a protocol of IP that answered a query.
public typealias SocketDump = Dump<InetSocket>

/// The sockets that answered a query.
public struct Dump<Socket: KernelSocket>: Hashable, Sendable {
  /// The sockets, in the kernel's order, each once.
  public var sockets: [Socket]
  /// Whether the sockets are complete.
  public var defects: DumpDefects
  /// The source of the sockets.
  public var source: SocketSource

  /// Creates a dump.
  public init(sockets: [Socket], defects: DumpDefects, source: SocketSource) {
    self.sockets = sockets
    self.defects = defects
    self.source = source
  }
}

extension Dump: Encodable {}
extension Dump: Decodable where Socket: Decodable {}

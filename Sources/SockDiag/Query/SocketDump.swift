public import SockDiagWire

/// The sockets that answered a query.
public struct SocketDump: Sendable {
  /// The sockets, in the kernel's order, each once.
  public var sockets: [InetSocket]
  /// Whether they are all.
  public var completeness: Completeness
  /// Where they were read from.
  public var source: SocketSource

  /// Creates a dump.
  public init(sockets: [InetSocket], completeness: Completeness, source: SocketSource) {
    self.sockets = sockets
    self.completeness = completeness
    self.source = source
  }
}

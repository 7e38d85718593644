public import SockDiag
import SocketOwners

/// Watches the listeners of a host. An actor may own an inspector and a finder: both are `Sendable`.
public actor ListenerMonitor {
  private var inspector: SocketInspector
  private var owners: OwnerFinder
  private let query = SocketQuery(.tcp, states: .listen)
  private var known: Set<SocketAddress> = []

  /// Takes over an inspector: one of this host, or one that a test made.
  public init(_ inspector: consuming sending SocketInspector) throws {
    self.inspector = inspector
    owners = try OwnerFinder()
  }

  /// The listeners that were not there at the last poll, and the processes that hold each.
  public func poll() throws -> [(socket: InetSocket, processes: [Int32])] {
    let sockets = try inspector.dump(query).sockets
    let new = sockets.filter { !known.contains($0.local) }
    known = Set(sockets.map(\.local))
    let report = try owners.find(new.map { WantedSocket(inode: $0.inode) })
    return new.map { ($0, report.holders(of: $0.inode).map(\.pid)) }
  }

  /// The longest accept queue, from a stream that allocates nothing per socket.
  public func longestQueue() throws -> UInt32 {
    var longest: UInt32 = 0
    try inspector.forEach(query) { socket in
      longest = max(longest, socket.acceptQueueLength ?? 0)
      return .continue
    }
    return longest
  }
}

internal import SockDiag

/// Whether netlink and /proc show the same sockets.
///
/// Sockets come and go between two readings, so both are read twice, in turns: what netlink shows before and after a
/// reading of /proc must be in that, and the other way round.
struct SourceComparison {
  /// What both can tell of a socket. Queues and timers change from one reading to the next.
  struct Row: Hashable, CustomStringConvertible {
    var transport: TransportProtocol
    var state: SocketState
    var local: SocketAddress
    var remote: SocketAddress
    var inode: UInt32

    init(_ socket: InetSocket) {
      transport = socket.protocol
      state = socket.state
      local = socket.local
      remote = socket.remote
      inode = socket.inode
    }

    var description: String { "\(transport) \(state) \(local) \(remote) inode \(inode)" }
  }

  /// How many sockets were compared.
  private(set) var count = 0
  /// What one source shows and the other does not.
  private(set) var differences: [String] = []

  init(_ queries: [SocketQuery], _ inspector: inout SocketInspector) throws {
    for query in queries {
      let dump = try inspector.dump(query)
      guard dump.source == .sockDiag else {
        throw CommandFailure(
          .system,
          "the kernel has no sock_diag handler for \(query.protocol), so there is nothing to compare /proc with; load the"
            + " module \(query.protocol)_diag")
      }
      let netlink = Set(dump.sockets.map(Row.init))
      let procNet = Set(try ProcNet.dump(query).sockets.map(Row.init))
      let netlinkAgain = Set(try inspector.dump(query).sockets.map(Row.init))
      let procNetAgain = Set(try ProcNet.dump(query).sockets.map(Row.init))
      count += netlinkAgain.count
      let hidden = netlink.intersection(netlinkAgain).subtracting(procNet)
      let unknown = procNet.intersection(procNetAgain).subtracting(netlinkAgain)
      differences += hidden.map { "only in netlink: \($0)" } + unknown.map { "only in /proc: \($0)" }
    }
  }
}

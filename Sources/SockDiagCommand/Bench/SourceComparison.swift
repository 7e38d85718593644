internal import SockDiag

/// A comparison of the sockets that netlink and `/proc` list.
///
/// Sockets open and close between two readings, so both are read twice, in turns. A socket that netlink lists before and
/// after a reading of `/proc` must be in that reading, and the other way round.
struct SourceComparison {
  /// The fields that both sources have and that do not change from one reading to the next, as queues and timers do.
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

  /// The number of sockets that were compared.
  private(set) var count = 0
  /// A line for each socket that only one source lists.
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

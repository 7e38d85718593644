import SockDiag

/// The library's reader of /proc/net: its fallback, optimized like the other rivals.
final class OurProcNet: Rival {
  let name = "SockDiag: /proc/net"
  let role = Role.other
  let pace: Int

  private let query: SocketQuery

  init(_ states: SocketStateSet, pace: Int = 1) {
    query = SocketQuery(.tcp, states: states)
    self.pace = pace
  }

  func run() throws -> Int? { try ProcNet.dump(query).sockets.count }
}

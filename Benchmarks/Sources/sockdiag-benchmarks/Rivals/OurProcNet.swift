import SockDiag

/// Our own reader of /proc/net: the fallback, and a rival written to win.
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

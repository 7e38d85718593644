internal import SockDiag

/// The fields that distinguish a socket from the others on its port, also without a cookie, as from `/proc/net`.
struct SocketIdentity: Hashable {
  private let cookie: SocketCookie?
  private let inode: UInt32
  private let state: SocketState
  private let local: SocketAddress
  private let remote: SocketAddress

  init(_ socket: InetSocket) {
    (cookie, inode, state) = (socket.cookie, socket.inode, socket.state)
    (local, remote) = (socket.local, socket.remote)
  }
}

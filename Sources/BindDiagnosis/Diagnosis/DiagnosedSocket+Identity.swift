internal import SockDiag

extension DiagnosedSocket {
  /// The fields that distinguish a socket from the others on its port, also without a cookie, as from `/proc/net`.
  package struct Identity: Hashable, Sendable {
    private let cookie: SocketCookie?
    private let inode: UInt32
    private let state: SocketState
    private let local: SocketAddress
    private let remote: SocketAddress

    fileprivate init(_ socket: InetSocket) {
      (cookie, inode, state) = (socket.cookie, socket.inode, socket.state)
      (local, remote) = (socket.local, socket.remote)
    }
  }

  /// What distinguishes the socket from the others on its port.
  package var identity: Identity { Identity(socket) }
}

extension Sequence<Diagnosis> {
  /// The sockets that block a request, or may, each once: a socket may block several addresses.
  package var distinctBlockers: [DiagnosedSocket] {
    var seen: Set<DiagnosedSocket.Identity> = []
    return flatMap(\.blockers).filter { seen.insert($0.identity).inserted }
  }
}

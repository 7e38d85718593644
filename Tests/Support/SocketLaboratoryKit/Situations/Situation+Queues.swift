internal import SocketLaboratory

extension Situation {
  /// Unacknowledged data and running timers.
  static func tcpQueuesAndTimers(v6 isV6: Bool) -> [Situation] {
    let at = Places(isV6: isV6)
    return [
      connection(at, "send-queue", "1000 bytes sent and not acknowledged") { connection, socket in
        try connection.socket.send(1000)
        socket.sendQueue = 1000
        socket.timer = .retransmit
      },
      connection(at, "receive-queue", "1000 bytes received and not read") { connection, socket in
        try connection.peer.send(1000)
        socket.receiveQueue = 1000
      },
      connection(at, "close-wait-receive-queue", "the peer finished, 1000 bytes are not read") { connection, socket in
        try connection.peer.send(1000)
        try connection.bring(to: .closeWait)
        socket.state = .closeWait
        // The end of the stream counts as a byte.
        socket.receiveQueue = 1001
      },
      connection(at, "fin-wait-1-send-queue-orphan", "closed with 1000 bytes unacknowledged") { connection, socket in
        try connection.socket.send(1000)
        connection.socket.close()
        socket.state = .finWait1
        // The end of the stream counts as a byte.
        socket.sendQueue = 1001
        socket.timer = .retransmit
        socket.isOrphan = true
      },
      connection(at, "persist-timer", "1000 bytes wait for a window that the peer has closed") { connection, socket in
        try connection.closeWindow()
        try connection.socket.send(1000)
        socket.sendQueue = 1000
        socket.timer = .persist
      },
      connection(at, "keepalive-timer", "an idle connection under keepalive", [.keepAlive(idleSeconds: 7200)]) {
        $1.timer = .keepAlive
      },
      connection(at, "shutdown-receive", "a connection that no longer receives") { connection, socket in
        try connection.socket.shutdown(receiving: true)
        socket.shutdown = 1
      },
      connection(at, "shutdown-both", "both halves shut down, the descriptor still open") { connection, socket in
        try connection.socket.shutdown(receiving: true)
        try connection.bring(to: .finWait2)
        socket.state = .finWait2
        socket.shutdown = 3
        socket.isOrphan = false
      },
      retransmitting(at),
    ]
  }

  /// A connection on the wire, changed by a closure, which also changes the expectation.
  private static func connection(
    _ at: Places,
    _ name: String,
    _ what: String,
    _ options: [SocketOption] = [],
    _ adjust: @escaping @Sendable (WireConnection, inout ExpectedSocket) throws -> Void
  ) -> Situation {
    Situation(at.name(.tcp, name), "\(at.family) TCP: \(what)") { laboratory in
      let connection = try laboratory.wireConnection(from: at.wireClient, to: at.peerServer, options: options)
      var expected = ExpectedSocket(.tcp, .established, at.wireClient, at.peerServer)
      try adjust(connection, &expected)
      return Scene([expected], sockets: [connection.socket])
    }
  }

  private static func retransmitting(_ at: Places) -> Situation {
    let name = at.name(.tcp, "retransmit-timer")
    return Situation(name, "\(at.family) TCP: data sent again, still not acknowledged") { laboratory in
      let connection = try laboratory.wireConnection(from: at.wireClient, to: at.peerServer)
      try connection.socket.send(1000)
      try laboratory.wait("a retransmission") {
        try KernelTable().rows.contains { $0.local == at.wireClient && $0.retransmits > 0 }
      }
      let expected = ExpectedSocket(.tcp, .established, at.wireClient, at.peerServer) {
        $0.sendQueue = 1000
        $0.timer = .retransmit
      }
      return Scene([expected], sockets: [connection.socket])
    }
  }
}

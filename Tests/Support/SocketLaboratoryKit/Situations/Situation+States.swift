public import SocketLaboratory

extension Situation {
  /// Every state of TCP. A scripted peer keeps it.
  static func tcpStates(v6 isV6: Bool) -> [Situation] {
    let at = Places(isV6: isV6)
    return [synSent(at), synRecv(at)]
      + [
        onWire(at, .established, "a connection at rest"),
        onWire(at, .finWait1, "our end is finished, the peer does not acknowledge it"),
        onWire(at, .finWait2, "our end is finished and acknowledged, the peer's is not"),
        onWire(at, .closeWait, "the peer has finished, we have not"),
        onWire(at, .lastACK, "the peer finished first, then we; it does not acknowledge"),
        onWire(at, .closing, "both ends finished at once, ours is not acknowledged"),
        onWire(at, .timeWait, "both ends finished, ours first"),
        onWire(at, .finWait1, closed: true, "closed by its process, not acknowledged by the peer"),
        onWire(at, .finWait2, closed: true, "closed by its process, acknowledged by the peer"),
        onWire(at, .lastACK, closed: true, "closed by its process after the peer finished"),
        onWire(at, .closing, closed: true, "finished at once with the peer, then closed by its process"),
        serverTimeWait(at),
      ]
  }

  private static func onWire(_ at: Places, _ state: LabState, closed: Bool = false, _ what: String) -> Situation {
    let name = at.name(.tcp, closed ? "\(state)-orphan" : "\(state)")
    return Situation(name, "\(at.family) \(state)\(closed ? " orphan" : ""): \(what)") { laboratory in
      let connection = try laboratory.wireConnection(from: at.wireClient, to: at.peerServer)
      try connection.bring(to: state, closed: closed)
      let expected = ExpectedSocket.brought(to: state, local: at.wireClient, remote: at.peerServer, closed: closed)
      return Scene([expected], sockets: [connection.socket])
    }
  }

  private static func synSent(_ at: Places) -> Situation {
    Situation(at.name(.tcp, "syn-sent"), "\(at.family) syn-sent: the peer does not answer") { laboratory in
      let connection = try laboratory.beginWireConnection(from: at.wireClient, to: at.peerServer)
      let expected = ExpectedSocket(.tcp, .synSent, at.wireClient, at.peerServer) { $0.timer = .retransmit }
      return Scene([expected], sockets: [connection.socket])
    }
  }

  private static func synRecv(_ at: Places) -> Situation {
    Situation(at.name(.tcp, "syn-recv"), "\(at.family) syn-recv: the peer asked and went silent") { laboratory in
      _ = try laboratory.wire()
      let listener = try laboratory.tcpListener(on: at.wireServer)
      try laboratory.beginSYNRecv(at: at.wireServer, from: at.peerClient)
      let request = ExpectedSocket(.tcp, .synRecv, at.wireServer, at.peerClient) {
        $0.timer = .retransmit
        $0.isOrphan = true
      }
      return Scene([ExpectedSocket(.tcp, .listen, at.wireServer), request], sockets: [listener])
    }
  }

  private static func serverTimeWait(_ at: Places) -> Situation {
    let name = at.name(.tcp, "server-time-wait")
    return Situation(name, "\(at.family) time-wait on a server's port, its listener gone") { laboratory in
      _ = try laboratory.wire()
      let listener = try laboratory.tcpListener(on: at.wireServer)
      let connection = try laboratory.wireAccepted(by: listener, at: at.wireServer, from: at.peerClient)
      try connection.bring(to: .timeWait)
      listener.close()
      return Scene([.brought(to: .timeWait, local: at.wireServer, remote: at.peerClient)])
    }
  }
}

extension Laboratory {
  /// Makes a peer ask a listener for a connection and ignore the answer.
  public func beginSYNRecv(at endpoint: LabEndpoint, from own: LabEndpoint) throws {
    let peer = try wirePeer(kernel: endpoint, own: own)
    try peer.open()
    try peer.expect([.syn, .ack])
  }
}

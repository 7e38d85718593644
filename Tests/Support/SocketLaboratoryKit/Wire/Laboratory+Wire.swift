public import SocketLaboratory

/// A kernel socket and the scripted peer it talks to.
public struct WireConnection {
  /// The kernel's socket.
  public let socket: LabSocket
  /// The script's end.
  public let peer: WirePeer
}

extension Laboratory {
  /// A peer for a conversation between two endpoints; it says nothing yet.
  public func wirePeer(kernel: LabEndpoint, own: LabEndpoint) throws -> WirePeer {
    WirePeer(on: try wire(), kernel: kernel, own: own)
  }

  /// A socket that has sent its SYN to a peer that has not answered.
  public func beginWireConnection(
    from source: LabEndpoint,
    to destination: LabEndpoint,
    options: [SocketOption] = []
  ) throws -> WireConnection {
    let peer = try wirePeer(kernel: source, own: destination)
    return WireConnection(socket: try tcpClient(from: source, to: destination, options: options), peer: peer)
  }

  /// A socket connected to a peer.
  public func wireConnection(
    from source: LabEndpoint,
    to destination: LabEndpoint,
    options: [SocketOption] = []
  ) throws -> WireConnection {
    let connection = try beginWireConnection(from: source, to: destination, options: options)
    try connection.peer.acceptConnection()
    return connection
  }
}

extension Laboratory {
  /// A connection that a peer has opened to a listener at `endpoint`.
  public func wireAccepted(by listener: LabSocket, at endpoint: LabEndpoint, from own: LabEndpoint) throws
    -> WireConnection
  {
    let peer = try wirePeer(kernel: endpoint, own: own)
    try peer.open()
    try peer.completeOpening()
    return WireConnection(socket: try listener.accept(), peer: peer)
  }
}

extension WireConnection {
  /// Lets the peer announce that it takes no more data, and waits until the kernel knows.
  func closeWindow() throws {
    try peer.announce(window: 0)
    try socket.waitForClosedWindow()
  }

  /// Brings an established connection to a later state and leaves it there, the peer silent.
  ///
  /// - Parameters:
  ///   - state: Any state from ESTABLISHED to TIME_WAIT.
  ///   - closed: Whether the descriptor is closed, which makes the socket an orphan. TIME_WAIT is always one.
  public func bring(to state: LabState, closed: Bool = false) throws {
    func finish() throws {
      if closed { socket.close() } else { try socket.shutdown(sending: true) }
    }
    switch state {
    case .established:
      if closed { throw LaboratoryError(.misuse, "an established connection cannot be closed") }
    case .finWait1:
      try finish()
    // Closed last: the state of an orphan could not be waited for.
    case .finWait2:
      try socket.shutdown(sending: true)
      try peer.expect(.fin)
      try peer.acknowledge()
      try socket.wait(for: .finWait2)
      if closed { socket.close() }
    case .timeWait:
      try socket.shutdown(sending: true)
      try peer.expect(.fin)
      try peer.acknowledge()
      try peer.finish()
      // The record has taken the socket's place.
      try socket.wait(for: .close)
      socket.close()
    case .closing:
      try socket.shutdown(sending: true)
      try peer.expect(.fin)
      try peer.finish()
      try socket.wait(for: .closing)
      if closed { socket.close() }
    case .closeWait, .lastACK:
      try peer.finish()
      try socket.wait(for: .closeWait)
      if state == .lastACK { try finish() }
    default:
      throw LaboratoryError(.misuse, "bring a connection to \(state)")
    }
  }
}

extension ExpectedSocket {
  /// What must be seen of a connection after ``WireConnection/bring(to:closed:)``.
  public static func brought(to state: LabState, local: LabEndpoint, remote: LabEndpoint, closed: Bool = false)
    -> ExpectedSocket
  {
    ExpectedSocket(.tcp, state, local, remote) { socket in
      // An orphan in FIN_WAIT2 lives on as a minisocket under the TIME_WAIT timer.
      let isMini = state == .timeWait || state == .finWait2 && closed
      socket.isOrphan = closed || isMini
      switch state {
      case .finWait1, .closing, .lastACK: socket.timer = .retransmit
      case .timeWait: socket.timer = .timeWait
      case .finWait2 where closed: socket.timer = .timeWait
      default: break
      }
      guard !isMini else { return }
      let sent: UInt8 = state == .established || state == .closeWait ? 0 : 2
      let received: UInt8 = [.closeWait, .lastACK, .closing].contains(state) ? 1 : 0
      socket.shutdown = closed ? 3 : sent | received
    }
  }
}

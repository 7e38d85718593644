internal import BindDiagnosis
internal import Glibc
internal import SockDiag
package import SocketLaboratory
internal import SocketLaboratoryKit

extension PortLaboratory {
  /// Connects a socket to the service, and ends the connection as planned.
  package func connect(_ plan: PortSocketPlan, _ socket: LabSocket) throws {
    try socket.connect(to: LabEndpoint(LabAddress(plan.destination), Self.servicePort))
    // Nothing answers packets on the wire.
    if plan.socket.protocol == .udp || plan.form == .disconnected || plan.socket.interface == .wire { return }
    guard settles(socket) else { return }
    while let peer = try service.acceptNow() {
      peers.append(peer)
      if try isConnected(socket, peer) { return try end(socket, peer, plan.ending) }
    }
  }

  /// Makes a socket listen and accept a connection, and ends the connection as planned.
  package func accept(_ plan: PortSocketPlan, _ listener: LabSocket, _ port: UInt16) throws {
    try listener.listen(backlog: 16)
    listeners.append(listener)
    let destination = plan.destination
    let client = try laboratory.socket(.tcp, v6: destination.family == .inet6, options: [.receiveBuffer(4096)])
    peers.append(client)
    try client.connect(to: LabEndpoint(LabAddress(destination), port))
    if settles(client) {
      // Another listener of the port may have accepted it.
      for other in listeners {
        let child = try laboratory.namespace.acting(as: plan.isAcceptedByUser ? plan.socket.uid : 0) {
          try other.acceptNow()
        }
        guard let child else { continue }
        sockets.append(child)
        if try isConnected(child, client) { try end(child, client, plan.ending) }
      }
    }
    if !plan.listenerStays {
      listeners.removeAll { $0 === listener }
      listener.close()
    }
  }

  /// Whether two sockets are the ends of one connection; a reset socket has no peer.
  private func isConnected(_ one: LabSocket, _ other: LabSocket) throws -> Bool {
    guard let remote = try? other.remote() else { return false }
    return try IPAddress(one.local()) == IPAddress(remote) && one.local().port == remote.port
  }

  /// Waits until a connection is established; false if it is not, for example if nothing answers.
  private func settles(_ socket: LabSocket) -> Bool { waits(socket, for: .established, tries: 20) }

  /// Waits for a state that must come.
  private func waits(_ socket: LabSocket, for state: LabState, tries: Int = 20_000) -> Bool {
    for _ in 0..<tries {
      let now = socket.tcpState
      if now == state { return true }
      if now == .close { return false }
      usleep(1000)
    }
    return false
  }

  /// Brings one end of a connection, and so the port, to a state.
  private func end(_ own: LabSocket, _ peer: LabSocket, _ ending: PortSocketPlan.Ending) throws {
    try remember(own, forRecord: true)
    switch ending {
    case .established: break
    case .finWait1, .finWait1Orphan: try fill(own)
    case .finWait2, .finWait2Orphan, .timeWaitOfOrphan: break
    case .closeWait: try peer.shutdown(sending: true)
    case .lastACK, .lastACKOrphan:
      try peer.shutdown(sending: true)
      _ = waits(own, for: .closeWait)
      try fill(own)
    case .timeWait: break
    }
    switch ending {
    case .established, .closeWait: return
    case .finWait1, .lastACK: try own.shutdown(sending: true)
    case .finWait2, .finWait2Orphan:
      try own.shutdown(sending: true)
      // The acknowledgement of a FIN may be delayed; with data it is sent at once.
      try peer.send(1)
      try own.discard(1)
      _ = waits(own, for: .finWait2)
      if ending == .finWait2Orphan { own.close() }
    case .finWait1Orphan, .lastACKOrphan: own.close()
    case .timeWait:
      try own.shutdown(sending: true)
      _ = waits(peer, for: .closeWait)
      peer.close()
      // The record copies the options that are set now. Once the record exists, they cannot be changed.
      if !waits(own, for: .close) { own.close() }
    case .timeWaitOfOrphan:
      own.close()
      _ = waits(peer, for: .closeWait)
      peer.close()
    }
  }

  /// Sends until the peer, which does not read, accepts no more.
  private func fill(_ socket: LabSocket) throws {
    for _ in 0..<50 where try socket.sendUntilFull() == 0 { return }
  }
}

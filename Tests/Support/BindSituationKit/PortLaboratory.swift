package import BindDiagnosis
package import SockDiag
package import SocketLaboratory
internal import SocketLaboratoryKit

/// Makes sockets of ports, and keeps in mind what sock_diag does not tell of them.
package final class PortLaboratory {
  package let laboratory: Laboratory
  /// The options of a socket when it was last examined. For a TIME_WAIT record: before its socket was closed.
  package private(set) var truths: [RecordIdentity: KnownOptions] = [:]
  /// The sockets of the current situation that hold its port, and their peers.
  package var sockets: [LabSocket] = []
  package var peers: [LabSocket] = []
  package var listeners: [LabSocket] = []
  /// Sockets that are bound, and may listen.
  package private(set) var bound: [LabSocket] = []
  /// Whether options of a socket were changed after it had its port.
  package private(set) var hasChangedOptions = false
  /// The destinations of outgoing connections.
  package let service: LabSocket

  package static let servicePort: UInt16 = 9
  private static let usualPorts = "32768 60999"

  package init(_ laboratory: Laboratory) throws {
    self.laboratory = laboratory
    _ = try laboratory.wire()
    // A small receive buffer: data that does not fit delays the FIN behind it.
    service = try laboratory.tcpListener(
      on: LabEndpoint(.anyV6, Self.servicePort), backlog: 1024, options: [.v6Only(false), .receiveBuffer(4096)])
    try laboratory.namespace.set("net.ipv4.ip_local_port_range", to: Self.usualPorts)
  }

  /// Makes a socket. One that the kernel refuses is not there, or is there as far as it came.
  package func make(_ plan: PortSocketPlan, port: UInt16) throws {
    do {
      try build(plan, port)
    } catch let error as LaboratoryError where error.errno != 0 {
      return
    }
  }

  private func build(_ plan: PortSocketPlan, _ port: UInt16) throws {
    let socket = try plan.socket.make(in: laboratory, with: plan.socket.protocol == .tcp ? [.sendBuffer(4096)] : [])
    sockets.append(socket)
    defer { change(plan, socket) }
    if plan.form == .autobound {
      try laboratory.namespace.set("net.ipv4.ip_local_port_range", to: "\(port) \(port)")
      defer { try? laboratory.namespace.set("net.ipv4.ip_local_port_range", to: Self.usualPorts) }
      try connect(plan, socket)
      return
    }
    try socket.bind(to: plan.socket.endpoint(port))
    switch plan.form {
    case .bound, .autobound:
      if plan.socket.protocol == .tcp { bound.append(socket) }
    case .listening:
      try socket.listen(backlog: 16)
      listeners.append(socket)
    case .shutDown:
      try socket.listen(backlog: 16)
      try socket.shutdown(receiving: true, sending: true)
      bound.append(socket)
    case .accepted:
      try accept(plan, socket, port)
    case .outgoing:
      try connect(plan, socket)
    case .disconnected:
      try connect(plan, socket)
      try socket.disconnect()
      if plan.socket.protocol == .tcp { bound.append(socket) }
    }
  }

  private func change(_ plan: PortSocketPlan, _ socket: LabSocket) {
    guard let new = plan.changesTo, socket.descriptor >= 0 else { return }
    hasChangedOptions = true
    try? socket.setReuse(address: new.address, port: new.port)
  }

  /// Runs `body` while the kernel chooses from only a few ports.
  package func choosing<Result>(
    among ports: ClosedRange<UInt16>, except reserved: PortSet, sharing: Bool = false, _ body: () throws -> Result
  ) throws -> Result {
    let namespace = laboratory.namespace
    try namespace.set("net.ipv4.ip_local_port_range", to: "\(ports.lowerBound) \(ports.upperBound)")
    try namespace.set("net.ipv4.ip_local_reserved_ports", to: "\(reserved)\n")
    try namespace.set("net.ipv4.ip_autobind_reuse", to: sharing ? 1 : 0)
    defer {
      try? namespace.set("net.ipv4.ip_autobind_reuse", to: 0)
      try? namespace.set("net.ipv4.ip_local_port_range", to: Self.usualPorts)
      try? namespace.set("net.ipv4.ip_local_reserved_ports", to: "\n")
    }
    return try body()
  }

  /// Records the options of the sockets that hold the port.
  package func rememberAll() throws {
    for socket in sockets where socket.descriptor >= 0 { try remember(socket) }
  }

  /// The cookies of all sockets that must be on a port. A connection that its peer closed may still show its port after
  /// it has lost it.
  package func cookies(on port: UInt16) throws -> Set<SocketCookie> {
    let live = (sockets.filter { $0.tcpState != .close } + bound).filter {
      $0.descriptor >= 0 && (try? $0.local().port) == port
    }
    return try Set(live.map { SocketCookie(rawValue: try $0.cookie()) })
  }

  package func remember(_ socket: LabSocket, forRecord: Bool = false) throws {
    var options: BindOptions = try socket.reusesAddress() ? .reuseAddress : []
    if try socket.reusesPort() { options.insert(.reusePort) }
    if try socket.local().address.isV6, try socket.isV6Only() { options.insert(.v6Only) }
    let cookie = SocketCookie(rawValue: try socket.cookie())
    let known = KnownOptions(options, known: [.reuseAddress, .reusePort, .v6Only])
    truths[RecordIdentity(cookie, isRecord: false)] = known
    if forRecord { truths[RecordIdentity(cookie, isRecord: true)] = known }
  }

  /// Ends the situation. Sockets that remain are on a port that no other situation uses.
  package func clear() {
    // A client that gave up before it was accepted would fill the queue.
    while let peer = try? service.acceptNow() { peers.append(peer) }
    for socket in sockets + peers where socket.descriptor >= 0 { try? socket.set(.linger(seconds: 0)) }
    LabSocket.close(sockets + peers)
    (sockets, peers, listeners, bound, truths) = ([], [], [], [], [:])
    hasChangedOptions = false
  }
}

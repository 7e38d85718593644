internal import SockDiagTestKit
internal import SocketLaboratory

extension CrowdBuilder {
  mutating func addBrought(_ state: LabState, _ closed: Bool, _ accepted: Bool, _ isV6: Bool) throws {
    let peer = wirePeer(isV6)
    if accepted, let listener = wireListener(isV6) {
      let connection = try laboratory.wireAccepted(by: listener.socket, at: listener.place, from: peer)
      try bring(connection, state, closed, .brought(to: state, local: listener.place, remote: peer, closed: closed))
      return
    }
    let (options, adjust) = options(.tcp, isV6)
    let local = LabEndpoint(Wire.local(v6: isV6), try port())
    let connection = try laboratory.wireConnection(from: local, to: peer, options: options)
    var socket = ExpectedSocket.brought(to: state, local: local, remote: peer, closed: closed)
    adjust(&socket)
    try bring(connection, state, closed, socket)
  }

  private mutating func bring(
    _ connection: WireConnection, _ state: LabState, _ closed: Bool, _ socket: ExpectedSocket
  ) throws {
    if Kind.brought(state, closed: closed, accepted: false).expires {
      last.append { try connection.bring(to: state, closed: closed) }
      expected.append(socket)
    } else {
      try connection.bring(to: state, closed: closed)
      keep(connection, socket)
    }
  }

  mutating func addOnWire(_ kind: Kind, _ isV6: Bool) throws {
    let peer = wirePeer(isV6)
    if case .synRecv = kind, let listener = wireListener(isV6) {
      try laboratory.beginSYNRecv(at: listener.place, from: peer)
      expected.append(ExpectedSocket(.tcp, .synRecv, listener.place, peer) { $0.isOrphan = true })
      return
    }
    let (options, adjust) = options(.tcp, isV6)
    let local = LabEndpoint(Wire.local(v6: isV6), try port())
    let connection = try laboratory.beginWireConnection(from: local, to: peer, options: options)
    var socket = ExpectedSocket(.tcp, .established, local, peer, with: adjust)
    let amount = Int.random(in: 1...1400, using: &random)
    switch kind {
    case .synSent: socket.state = .synSent
    case .receiveQueue:
      try connection.peer.acceptConnection()
      try connection.peer.send(amount)
      socket.receiveQueue = amount
    default:
      try connection.peer.acceptConnection()
      if case .persist = kind { try connection.closeWindow() }
      try connection.socket.send(amount)
      socket.sendQueue = amount
      if case .persist = kind { socket.timer = .persist }
    }
    keep(connection, socket)
  }

  mutating func addLocal(_ kind: Kind, _ isV6: Bool) throws {
    let place = try loopback(isV6)
    let (options, adjust) = options(kind.protocol, isV6)
    switch kind {
    case .listener:
      let backlog = Int.random(in: 0...4096, using: &random)
      sockets.append(try laboratory.tcpListener(on: place, backlog: backlog, options: options))
      expected.append(ExpectedSocket(.tcp, .listen, place, with: adjust))
      expected[expected.count - 1].sendQueue = backlog
    case .pair:
      let client = try loopback(isV6)
      let pair = try laboratory.connectedPair(to: place, from: client, clientOptions: options)
      let amount = Int.random(in: 0...5000, using: &random)
      if amount > 0 { try pair.client.send(amount) }
      sockets += [pair.listener, pair.client, pair.server]
      expected.append(ExpectedSocket(.tcp, .listen, place))
      expected.append(ExpectedSocket(.tcp, .established, client, place, with: adjust))
      expected.append(ExpectedSocket(.tcp, .established, place, client) { $0.receiveQueue = amount })
    case .boundInactive:
      sockets.append(try laboratory.boundSocket(to: place, options: options))
      expected.append(ExpectedSocket(.tcp, .boundInactive, place, with: adjust))
    case .udpConnected:
      let peer = try loopback(isV6)
      sockets.append(try laboratory.udpSocket(bound: place, connectedTo: peer, options: options))
      expected.append(ExpectedSocket(.udp, .established, place, peer, with: adjust))
    default:
      sockets.append(try laboratory.udpSocket(bound: place, options: options))
      expected.append(ExpectedSocket(.udp, .close, place, with: adjust))
      guard case .udpQueue = kind else { return }
      let sender = try laboratory.udpSocket(connectedTo: place)
      for _ in 0..<Int.random(in: 1...20, using: &random) { try sender.send(Int.random(in: 1...1000, using: &random)) }
      sender.close()
    }
  }

  private mutating func keep(_ connection: WireConnection, _ socket: ExpectedSocket) {
    if connection.socket.descriptor >= 0 { sockets.append(connection.socket) }
    expected.append(socket)
  }
}

extension CrowdBuilder.Kind {
  fileprivate var `protocol`: LabProtocol {
    switch self {
    case .udp, .udpConnected, .udpQueue: .udp
    default: .tcp
    }
  }
}

internal import SockDiagTestKit
internal import SocketLaboratory

/// Makes a crowd, socket by socket.
struct CrowdBuilder {
  enum Kind: Sendable {
    case synSent
    case synRecv
    case brought(LabState, closed: Bool, accepted: Bool)
    case sendQueue
    case receiveQueue
    case persist
    case listener
    case pair
    case boundInactive
    case udp
    case udpConnected
    case udpQueue

    static let all: [Kind] = {
      let states: [LabState] = [.established, .finWait1, .finWait2, .closeWait, .lastACK, .closing, .timeWait]
      let opened = [false, true].flatMap { accepted in
        states.map { Kind.brought($0, closed: false, accepted: accepted) }
      }
      let closed = [LabState.finWait1, .finWait2, .lastACK, .closing].map {
        Kind.brought($0, closed: true, accepted: false)
      }
      return opened + closed + [
        .synSent, .synRecv, .sendQueue, .receiveQueue, .persist, .listener, .pair, .boundInactive, .udp, .udpConnected,
        .udpQueue,
      ]
    }()

    var expires: Bool {
      switch self {
      case .brought(.timeWait, _, _), .brought(.finWait2, closed: true, _): true
      default: false
      }
    }
  }

  let laboratory: Laboratory
  var random: SeededGenerator
  var expected: [ExpectedSocket] = []
  var sockets: [LabSocket] = []
  /// The last steps. They make the sockets that the kernel removes after a minute, because building a crowd may take
  /// longer.
  var last: [() throws -> Void] = []
  private var ports: [UInt16]
  private var peers: Set<LabEndpoint> = []
  private var wireListeners: [(socket: LabSocket, place: LabEndpoint)] = []

  init(in laboratory: Laboratory, seed: UInt64) throws {
    self.laboratory = laboratory
    random = SeededGenerator(seed: seed)
    // Each port is used once, so members never conflict. All ports are explicit, so the kernel chooses none.
    ports = (1024...UInt16.max).shuffled(using: &random)
    _ = try laboratory.wire()
    for isV6 in [false, true] {
      for _ in 0..<4 {
        let place = LabEndpoint(Wire.local(v6: isV6), try port())
        let listener = try laboratory.tcpListener(on: place, backlog: 4096)
        wireListeners.append((listener, place))
        expected.append(ExpectedSocket(.tcp, .listen, place) { $0.sendQueue = 4096 })
      }
    }
  }

  /// Adds a member of each family.
  mutating func add(_ kind: Kind) throws {
    for isV6 in [false, true] {
      switch kind {
      case .brought(let state, let closed, let accepted): try addBrought(state, closed, accepted, isV6)
      case .synSent, .synRecv, .sendQueue, .receiveQueue, .persist: try addOnWire(kind, isV6)
      default: try addLocal(kind, isV6)
      }
    }
  }

  mutating func port() throws -> UInt16 {
    guard let port = ports.popLast() else { throw LaboratoryError(.misuse, "a crowd larger than the port space") }
    return port
  }

  /// A peer that no other member has. Two members with the same peer and listener would be one connection.
  mutating func wirePeer(_ isV6: Bool) -> LabEndpoint {
    while true {
      let address = Wire.peer(UInt8.random(in: 2...254, using: &random), v6: isV6)
      let peer = LabEndpoint(address, UInt16.random(in: 1...UInt16.max, using: &random))
      if peers.insert(peer).inserted { return peer }
    }
  }

  mutating func loopback(_ isV6: Bool) throws -> LabEndpoint {
    // All addresses of 127/8 are local. For IPv6 only ::1 is.
    let number = UInt8.random(in: 1...254, using: &random)
    return LabEndpoint(isV6 ? .loopbackV6 : .v4(127, 0, 0, number), try port())
  }

  /// Random options, and the changes that they make to the expectation.
  mutating func options(_ kind: LabProtocol, _ isV6: Bool) -> ([SocketOption], (inout ExpectedSocket) -> Void) {
    var options: [SocketOption] = []
    var mark: UInt32?
    var service: UInt8?
    if Bool.random(using: &random) {
      mark = UInt32.random(in: 1...UInt32.max, using: &random)
      options.append(.mark(mark ?? 0))
    }
    if Bool.random(using: &random) {
      service = UInt8.random(in: 1...63, using: &random) << 2
      options.append(isV6 ? .trafficClass(service ?? 0) : .tos(service ?? 0))
    }
    if Bool.random(using: &random) { options.append(.reuseAddress) }
    if kind == .tcp, Int.random(in: 0..<4, using: &random) == 0 { options.append(.congestion("reno")) }
    return (
      options,
      { [service] socket in
        socket.mark = mark
        // Minisockets and requests have no class of service.
        guard socket.timer != .timeWait, socket.state != .synRecv else { return }
        if isV6 { socket.trafficClass = service } else { socket.tos = service }
      }
    )
  }

  mutating func wireListener(_ isV6: Bool) -> (socket: LabSocket, place: LabEndpoint)? {
    wireListeners.filter { $0.place.address.isV6 == isV6 }.randomElement(using: &random)
  }
}

internal import SockDiag

/// Ports on which something listens, all of them.
///
/// The kernel does not announce new listeners. But it lists listeners alone in microseconds, so that frequent looks
/// cost little.
struct ListeningPortGoal: WaitGoal, ~Copyable {
  /// A port that is waited for.
  struct Port {
    var transport: TransportProtocol
    var number: UInt16
    var target: ListeningTarget
    /// The sockets on it at the last look, whether a client would reach them or not.
    var sockets: [InetSocket] = []

    init(_ transport: TransportProtocol, _ number: UInt16, _ target: ListeningTarget) {
      (self.transport, self.number, self.target) = (transport, number, target)
    }

    /// The sockets that a client would reach.
    var listeners: [InetSocket] { sockets.filter { target.isServed(by: $0) } }
    var isReached: Bool { target.isReached(by: sockets) }
  }

  private typealias Query = (transport: TransportProtocol, query: SocketQuery)

  private let queries: [Query]
  private(set) var ports: [Port]
  private var inspector: SocketInspector
  private var pause = Self.firstPause

  static let firstPause = Duration.milliseconds(20)
  static let lastPause = Duration.milliseconds(250)

  init(_ ports: [Port], from viewpoint: PortViewpoint = .here) throws(PortControlError) {
    self.ports = ports
    queries = [TransportProtocol.tcp, .udp].compactMap { (transport: TransportProtocol) -> Query? in
      let numbers = PortSet(ports.lazy.filter { $0.transport == transport }.map { $0.number...$0.number })
      guard ports.contains(where: { $0.transport == transport }) else { return nil }
      // A UDP socket that is connected receives from its peer alone.
      let states: SocketStateSet = transport == .tcp ? .listen : .close
      return (transport, SocketQuery(transport, states: states, matching: .localPort(in: numbers)))
    }
    inspector = try PortControlError.reading { () throws(SockDiagError) in try viewpoint.inspector() }
  }

  /// All ports of a selection.
  init(_ selection: PortSelection, from viewpoint: PortViewpoint = .here) throws(PortControlError) {
    var ports: [Port] = []
    for part in selection.parts {
      let target = ListeningTarget(part)
      for transport in part.transports { ports += part.ports.map { Port(transport, $0, target) } }
    }
    try self.init(ports, from: viewpoint)
  }

  var descriptors: [Int32] { [] }

  mutating func drainEvents() -> Bool { true }

  mutating func look() throws(PortControlError) -> LookResult {
    for index in ports.indices { ports[index].sockets = [] }
    for (transport, query) in queries {
      for socket in try list(query) {
        for index in ports.indices where ports[index].transport == transport {
          if ports[index].number == socket.local.port { ports[index].sockets.append(socket) }
        }
      }
    }
    guard let missing = ports.first(where: { !$0.isReached }) else { return .isReached }
    defer { pause = min(pause * 3 / 2, Self.lastPause) }
    let obstacle =
      missing.target.foreignAddresses.first.map(WaitObstacle.addressNotLocal) ?? .otherSockets(missing.sockets)
    return .notYet(WaitStatus(lookAfter: pause, expected: nil, obstacle: obstacle))
  }

  private mutating func list(_ query: SocketQuery) throws(PortControlError) -> [InetSocket] {
    do throws(SockDiagError) { return try inspector.dump(query).sockets } catch { throw PortControlError(error) }
  }
}

extension WaitResult.Port {
  init(_ port: ListeningPortGoal.Port) {
    (transport, number) = (port.transport, port.number)
    (listeners, isReached) = (port.listeners, port.isReached)
  }
}

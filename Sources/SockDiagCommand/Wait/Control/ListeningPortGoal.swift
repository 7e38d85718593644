internal import SockDiag

/// Ports on which something listens, all of them.
///
/// The kernel does not announce new listeners. But it lists listeners alone in microseconds, so that frequent looks cost
/// little.
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

  init(_ ports: [Port]) throws(SockDiagError) {
    self.ports = ports
    queries = [TransportProtocol.tcp, .udp].compactMap { (transport: TransportProtocol) -> Query? in
      let numbers = PortSet(ports.lazy.filter { $0.transport == transport }.map { $0.number...$0.number })
      guard ports.contains(where: { $0.transport == transport }) else { return nil }
      // A UDP socket that is connected receives from its peer alone.
      let states: SocketStateSet = transport == .tcp ? .listen : .close
      return (transport, SocketQuery(transport, states: states, matching: .localPort(in: numbers)))
    }
    inspector = try SocketInspector()
  }

  /// A single port.
  init(_ transport: TransportProtocol, port: UInt16, _ target: ListeningTarget) throws(SockDiagError) {
    try self.init([Port(transport, port, target)])
  }

  var descriptors: [Int32] { [] }

  mutating func drainEvents() -> Bool { true }

  mutating func look() throws -> LookResult {
    for index in ports.indices { ports[index].sockets = [] }
    for (transport, query) in queries {
      for socket in try inspector.dump(query).sockets {
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
}

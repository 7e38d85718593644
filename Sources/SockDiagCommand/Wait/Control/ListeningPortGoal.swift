internal import SockDiag

/// A port on which something listens.
///
/// The kernel does not announce new listeners. But it lists listeners alone in microseconds, so that frequent looks cost
/// little.
struct ListeningPortGoal: WaitGoal, ~Copyable {
  private let query: SocketQuery
  private let target: ListeningTarget
  private var inspector: SocketInspector
  private var pause = Self.firstPause
  /// The sockets on the port at the last look, whether a client would reach them or not.
  private var sockets: [InetSocket] = []

  static let firstPause = Duration.milliseconds(20)
  static let lastPause = Duration.milliseconds(250)

  init(_ transport: TransportProtocol, port: UInt16, _ target: ListeningTarget) throws(SockDiagError) {
    // A UDP socket that is connected receives from its peer alone.
    query = SocketQuery(transport, states: transport == .tcp ? .listen : .close, matching: .localPort == port)
    self.target = target
    inspector = try SocketInspector()
  }

  var descriptors: [Int32] { [] }

  mutating func drainEvents() -> Bool { true }

  mutating func look() throws -> LookResult {
    sockets = try inspector.dump(query).sockets
    if target.isReached(by: sockets) { return .isReached }
    defer { pause = min(pause * 3 / 2, Self.lastPause) }
    let obstacle = target.foreignAddresses.first.map(WaitObstacle.addressNotLocal) ?? .otherSockets(sockets)
    return .notYet(WaitStatus(lookAfter: pause, expected: nil, obstacle: obstacle))
  }

  /// The sockets that a client would reach.
  var listeners: [InetSocket] { sockets.filter { target.isServed(by: $0) } }
}

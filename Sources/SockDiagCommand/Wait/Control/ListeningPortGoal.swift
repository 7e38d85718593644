internal import SockDiag

/// A port on which something is to listen.
///
/// The kernel announces no such thing. But listeners alone are asked for in microseconds, so that looking often costs
/// little.
struct ListeningPortGoal: WaitGoal, ~Copyable {
  private let query: SocketQuery
  private let target: ListeningTarget
  private var inspector: SocketInspector
  private var pause = Self.firstPause
  /// What is on the port, whether it can be reached as it should or not.
  private(set) var sockets: [InetSocket] = []

  static let firstPause = Duration.milliseconds(20)
  static let lastPause = Duration.milliseconds(250)

  init(_ transport: TransportProtocol, port: UInt16, _ target: ListeningTarget) throws(SockDiagError) {
    // A UDP socket that is connected hears its peer alone.
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
    return .notYet(WaitStatus(lookAfter: pause, expected: nil, obstacle: obstacle))
  }

  /// The sockets by which it is reached.
  var reaching: [InetSocket] { sockets.filter { target.isServed(by: $0) } }

  /// Whether there is nothing to say about what is there instead.
  var isEmpty: Bool { sockets.isEmpty && target.foreignAddresses.isEmpty }

  /// What is there instead of what is waited for.
  var obstacle: String {
    if let address = target.foreignAddresses.first { return "\(address) is no address of this host" }
    guard let first = sockets.first else { return "nothing is there" }
    let place = first.interfaceIndex == 0 ? "\(first.local)" : PortPlace(first).text
    return "only \(place)\(sockets.count == 1 ? "" : " and \(sockets.count - 1) more") is there"
  }
}

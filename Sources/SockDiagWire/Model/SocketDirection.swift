/// Who began a connection, as monitors need it. Later versions may add values.
public struct SocketDirection: RawRepresentable, Hashable, Sendable {
  /// The number.
  public let rawValue: UInt8

  /// Creates a direction from its number.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Whether the numbers are equal.
  @inlinable
  public static func == (left: SocketDirection, right: SocketDirection) -> Bool { left.rawValue == right.rawValue }

  /// The socket waits for connections, or for datagrams from anybody.
  @inlinable public static var listening: SocketDirection { SocketDirection(rawValue: 0) }
  /// A peer elsewhere connected to a port on which this host listens.
  @inlinable public static var inbound: SocketDirection { SocketDirection(rawValue: 1) }
  /// This host connected to a peer elsewhere.
  @inlinable public static var outbound: SocketDirection { SocketDirection(rawValue: 2) }
  /// Both ends are on this host, whatever their addresses.
  @inlinable public static var local: SocketDirection { SocketDirection(rawValue: 3) }

  /// All directions.
  public static let all: [SocketDirection] = [.listening, .inbound, .outbound, .local]
  private static let names = ["listening", "inbound", "outbound", "local"]

  /// Creates a direction from its name.
  public init?(name: some StringProtocol) {
    guard let index = Self.names.firstIndex(where: { $0 == name }) else { return nil }
    self.init(rawValue: UInt8(index))
  }
}

extension SocketDirection: CustomStringConvertible {
  /// The name, or the number if a later version added the direction.
  public var description: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : String(rawValue)
  }
}

/// The facts of a network namespace from which the directions of its sockets follow.
///
/// The kernel does not note who began a connection. It is inbound if something listens on its local port, which is wrong
/// in two cases: the listener closed its socket and kept its connections, or a program connected from a port on which
/// another one listens. Addresses that only a route makes local (AnyIP) are not known as such.
public struct SocketDirections: Hashable, Sendable, Codable {
  /// The ports on which something listens.
  public var listeningPorts: PortSet
  /// The addresses of this host. The loopback networks need not be among them.
  public var hostAddresses: Set<IPAddress>

  /// Creates the facts.
  ///
  /// - Parameters:
  ///   - listeners: The sockets that listen, of one protocol.
  ///   - hostAddresses: The addresses of this host.
  public init(listeners: some Sequence<InetSocket>, hostAddresses: Set<IPAddress>) {
    listeningPorts = PortSet(listeners.map { $0.local.port...$0.local.port })
    self.hostAddresses = hostAddresses
  }

  /// The direction of a socket; `nil` if it neither listens nor has a peer.
  public func direction(of socket: InetSocket) -> SocketDirection? {
    let (local, remote) = (socket.local, socket.remote)
    if remote.port == 0 { return socket.state == .listen || !socket.isConnectionOriented ? .listening : nil }
    if isHere(remote.address) { return .local }
    return listeningPorts.contains(local.port) ? .inbound : .outbound
  }

  private func isHere(_ address: IPAddress) -> Bool {
    let address = address.unmapped
    return Self.loopback.contains { $0.contains(address) } || hostAddresses.contains(address)
  }

  private static let loopback: [AddressPrefix] = ["127.0.0.0/8", "::1/128"]

  /// A filter that selects the sockets of a direction and that the kernel can apply.
  public func filter(_ direction: SocketDirection) -> SocketFilter {
    let hasPeer = FilterPort.remotePort > 0
    let prefixes = Self.loopback + hostAddresses.map(AddressPrefix.init).sorted { $0.address < $1.address }
    let isLocal = prefixes.dropFirst().reduce(SocketFilter.remote(in: prefixes[0])) { $0 || .remote(in: $1) }
    return switch direction {
    // A TCP socket without a peer that does not listen is only bound.
    case .listening: !hasPeer && !.state([.boundInactive, .synSent])
    case .inbound: hasPeer && !isLocal && .localPort(in: listeningPorts)
    case .outbound: hasPeer && !isLocal && !.localPort(in: listeningPorts)
    case .local: hasPeer && isLocal
    default: SocketFilter(.nothing)
    }
  }
}

extension SocketFilter {
  /// Sockets of a direction. `ss` has no such condition.
  ///
  /// Records do not contain it, so an inspector replaces the condition by one on ports and addresses, for which it reads
  /// the facts of its network namespace (``SocketDirections``). Elsewhere the condition is undecided.
  public static func direction(_ direction: SocketDirection) -> SocketFilter {
    SocketFilter(FilterCondition.direction(direction))
  }

  /// Whether the filter has a condition on the direction.
  public var namesDirections: Bool {
    node.contains { if case .direction = $0 { true } else { false } }
  }

  /// The same filter with conditions on ports and addresses in place of those on directions.
  public func resolving(_ directions: SocketDirections) -> SocketFilter {
    SocketFilter(node.replacingDirections { directions.filter($0).node })
  }
}

extension FilterNode {
  fileprivate func replacingDirections(_ replacement: (SocketDirection) -> FilterNode) -> FilterNode {
    switch self {
    case .condition(.direction(let direction)): replacement(direction)
    case .condition: self
    case .not(let node): .not(node.replacingDirections(replacement))
    case .all(let nodes): .all(nodes.map { $0.replacingDirections(replacement) })
    case .any(let nodes): .any(nodes.map { $0.replacingDirections(replacement) })
    }
  }
}

internal import CSocketLaboratory

/// Makes sockets in a namespace.
///
/// A laboratory belongs to one thread, as its namespace does. Its sockets live until the namespace's closure ends.
public final class Laboratory {
  /// The namespace of the sockets.
  public let namespace: LabNamespace

  /// Creates a laboratory in a namespace.
  public init(in namespace: LabNamespace) throws {
    try namespace.requireOwnThread()
    self.namespace = namespace
  }

  /// Runs `body` with a laboratory in a new namespace. The calling thread waits.
  public static func withNew<Result: Sendable>(
    _ body: @escaping @Sendable (Laboratory) throws -> Result
  ) throws -> Result {
    try LabNamespace.withNew { try body(Laboratory(in: $0)) }
  }

  /// Makes a socket with options that is neither bound nor connected.
  public func socket(
    _ kind: LabProtocol,
    v6: Bool,
    options: [SocketOption] = [],
    in cgroup: (any SocketCreator)? = nil
  ) throws -> LabSocket {
    try namespace.requireOwnThread()
    let socket =
      try cgroup?.socket(kind, v6: v6)
      ?? LabSocket(owning: try check(socklab_socket(kind.forKernel, v6), "create a \(kind) socket"))
    for option in options { try socket.set(option) }
    return namespace.residents.keep(socket)
  }

  /// Makes a socket that is only bound. For TCP its state is bound-inactive.
  public func boundSocket(
    _ kind: LabProtocol = .tcp,
    to endpoint: LabEndpoint,
    options: [SocketOption] = [],
    in cgroup: (any SocketCreator)? = nil
  ) throws -> LabSocket {
    let socket = try socket(kind, v6: endpoint.address.isV6, options: options, in: cgroup)
    try socket.bind(to: endpoint)
    return socket
  }

  /// Makes a listener.
  public func tcpListener(
    _ kind: LabProtocol = .tcp,
    on endpoint: LabEndpoint,
    backlog: Int = 16,
    options: [SocketOption] = [],
    in cgroup: (any SocketCreator)? = nil
  ) throws -> LabSocket {
    let socket = try boundSocket(kind, to: endpoint, options: options, in: cgroup)
    try socket.listen(backlog: backlog)
    return socket
  }

  /// Makes a socket that begins to connect, from `source` if that is given.
  public func tcpClient(
    _ kind: LabProtocol = .tcp,
    from source: LabEndpoint? = nil,
    to destination: LabEndpoint,
    options: [SocketOption] = [],
    in cgroup: (any SocketCreator)? = nil
  ) throws -> LabSocket {
    let socket = try socket(kind, v6: destination.address.isV6, options: options, in: cgroup)
    if let source { try socket.bind(to: source) }
    try socket.connect(to: destination)
    return socket
  }

  /// Makes a listener and two connected sockets in this namespace.
  ///
  /// - Parameters:
  ///   - server: The endpoint of the listener, to which the client connects.
  ///   - client: The endpoint that the client binds; chosen by the kernel if absent.
  ///   - listenerAddress: The address that the listener binds, if it is another one than the client connects to.
  public func connectedPair(
    _ kind: LabProtocol = .tcp,
    to server: LabEndpoint,
    from client: LabEndpoint? = nil,
    listenerAddress: LabAddress? = nil,
    clientOptions: [SocketOption] = [],
    serverOptions: [SocketOption] = [],
    clientCgroup: (any SocketCreator)? = nil,
    serverCgroup: (any SocketCreator)? = nil
  ) throws -> ConnectedPair {
    let own = LabEndpoint(listenerAddress ?? server.address, server.port, interface: server.interface)
    let listener = try tcpListener(kind, on: own, options: serverOptions, in: serverCgroup)
    let client = try tcpClient(kind, from: client, to: server, options: clientOptions, in: clientCgroup)
    return ConnectedPair(listener: listener, client: client, server: try listener.accept())
  }

  /// Makes a UDP socket, bound and connected if the endpoints are given.
  public func udpSocket(
    bound local: LabEndpoint? = nil,
    connectedTo remote: LabEndpoint? = nil,
    options: [SocketOption] = [],
    in cgroup: (any SocketCreator)? = nil
  ) throws -> LabSocket {
    let isV6 = (local ?? remote)?.address.isV6 ?? false
    let socket = try socket(.udp, v6: isV6, options: options, in: cgroup)
    if let local { try socket.bind(to: local) }
    if let remote { try socket.connect(to: remote) }
    return socket
  }
}

/// Two connected sockets and the listener that accepted one of them.
public struct ConnectedPair {
  /// The listener.
  public let listener: LabSocket
  /// The side that connected.
  public let client: LabSocket
  /// The side that was accepted.
  public let server: LabSocket
}

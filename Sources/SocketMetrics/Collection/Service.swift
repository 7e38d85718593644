internal import SockDiag
internal import SockDiagWire

/// The service that a socket belongs to, seen from this host.
struct Service: Hashable, Comparable, Sendable {
  /// Which end of the service is here.
  enum Side: String, Hashable, Comparable, Sendable, CaseIterable {
    case client, server

    static func < (left: Side, right: Side) -> Bool { left.rawValue < right.rawValue }
  }

  var side: Side
  /// The port of the service: that on this host for a server, that of the peer for a client; `nil` for UDP sockets on
  /// ports that the kernel chooses. There may be thousands of these for moments, such as those of resolvers.
  var port: UInt16?

  static func < (left: Service, right: Service) -> Bool {
    (left.side, left.port ?? 0) < (right.side, right.port ?? 0)
  }

  static func labels(_ service: Service?) -> [MetricLabel] {
    guard let service else { return [MetricLabel("side", "other"), MetricLabel("port", "other")] }
    return [
      MetricLabel("side", service.side.rawValue), MetricLabel("port", service.port.map { "\($0)" } ?? "ephemeral"),
    ]
  }
}

/// Decides which end of its service a socket is.
struct ServiceDirectory: Sendable {
  /// Whether a TCP port is that of a server.
  private var isServed = [Bool](repeating: false, count: 1 << 16)
  /// Whether a connection of a server was seen on a port since the last look.
  private var isInUse = [Bool](repeating: false, count: 1 << 16)
  private var choosable = PortSet()

  /// Begins a look.
  ///
  /// A port without a listener stays that of a server while it has connections: a server that restarts keeps them.
  mutating func begin(listeners: some Sequence<InetSocket>, choosable: PortSet?) {
    for port in isServed.indices {
      isServed[port] = isInUse[port]
      isInUse[port] = false
    }
    for listener in listeners { isServed[Int(listener.local.port)] = true }
    self.choosable = choosable ?? PortSet()
  }

  /// The service of a socket; `nil` for a socket that is neither end of one, such as one that is only bound.
  mutating func service(of socket: borrowing InetSocket) -> Service? {
    let (local, remote) = (socket.localPort, socket.remotePort)
    if socket.protocol == .udp {
      if remote != 0 { return Service(side: .client, port: remote) }
      return Service(side: .server, port: choosable.contains(local) ? nil : local)
    }
    guard remote != 0 else { return nil }
    if isServed[Int(local)] {
      isInUse[Int(local)] = true
      return Service(side: .server, port: local)
    }
    return Service(side: .client, port: remote)
  }
}

extension InetSocket {
  fileprivate var localPort: UInt16 { local.port }
  fileprivate var remotePort: UInt16 { remote.port }
}

internal import SockDiag

extension BindRule {
  /// Whether connect() may find a port for a TCP socket that has none.
  ///
  /// Unlike bind() it shares a port, of whatever addresses, with connections to other places, if it was connect() that
  /// chose it for each of them. A port that somebody has bound it leaves alone. Of a connection nobody tells how it came by
  /// its port, nor how many connections to the same place there are to be, so that a yes is none for certain. (A no may
  /// be wrong where a bound socket has been connected, from an address that other connections have on the port: then the
  /// kernel forgets that it was bound.)
  ///
  /// Kernel: `__inet_hash_connect` and `inet_bind_bucket_destroy`, net/ipv4/inet_hashtables.c.
  ///
  /// - Parameters:
  ///   - ports: The TCP sockets by their port.
  ///   - conditions: What else decides.
  static func mayConnect(choosingAmong ports: [UInt16: [PortSocket]], under conditions: BindConditions) -> Bool {
    conditions.ephemeralPorts.contains { port in
      !conditions.reservedPorts.contains(port)
        && (ports[port] ?? []).allSatisfy { $0.role != .listens && $0.role != .bound }
    }
  }
}

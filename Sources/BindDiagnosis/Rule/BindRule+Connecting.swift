internal import SockDiag

extension BindRule {
  /// Whether connect() may find a port for a TCP socket that has none.
  ///
  /// Unlike bind(), connect() shares a port with connections to other destinations, whatever their addresses, if
  /// connect() chose the port for each of them. It does not share a port that a program has bound. It is not known how
  /// a connection got its port, nor how many connections to the same destination will be made, so a yes is not certain.
  /// (A no may be wrong too: if a bound socket was connected from an address that other connections have on the port,
  /// the kernel forgets that it was bound.)
  ///
  /// Kernel: `__inet_hash_connect` and `inet_bind_bucket_destroy`, net/ipv4/inet_hashtables.c.
  ///
  /// - Parameters:
  ///   - ports: The TCP sockets by their port.
  ///   - conditions: The other conditions.
  static func mayConnect(choosingAmong ports: [UInt16: [PortSocket]], under conditions: BindConditions) -> Bool {
    conditions.ephemeralPorts.contains { port in
      !conditions.reservedPorts.contains(port)
        && (ports[port] ?? []).allSatisfy { $0.role != .listens && $0.role != .bound }
    }
  }
}

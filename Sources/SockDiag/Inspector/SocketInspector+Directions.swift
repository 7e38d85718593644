public import SockDiagWire

extension SocketInspector {
  /// The facts from which the directions of sockets follow: the ports on which something listens, and the addresses of the
  /// inspector's network namespace. It costs a walk over the listeners, and two lists of addresses.
  ///
  /// ```swift
  /// let directions = try inspector.directions(.tcp)
  /// try inspector.forEach(SocketQuery(.tcp)) { socket in
  ///   if directions.direction(of: socket) == .inbound { print(socket) }
  ///   return .continue
  /// }
  /// ```
  ///
  /// Filters need no such facts from the caller: an inspector that meets `direction = inbound` reads them itself.
  ///
  /// - Throws: ``SockDiagError``.
  public mutating func directions(_ protocol: TransportProtocol) throws(SockDiagError) -> SocketDirections {
    try reader.directions(`protocol`)
  }
}

extension SummaryKey where Key == SocketDirection {
  /// By direction. Sockets that neither listen nor have a peer are left out.
  ///
  /// - Parameter directions: The facts of the inspector's network namespace, see ``SocketInspector/directions(_:)``.
  public static func direction(_ directions: SocketDirections) -> Self { Self { directions.direction(of: $0) } }
}

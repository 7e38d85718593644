extension Laboratory {
  /// Lets a server close a connection first and end, and waits until nothing is left of either side but TIME_WAIT on the
  /// server's port.
  ///
  /// - Parameters:
  ///   - server: Where the server listens and the client connects to.
  ///   - client: What the client binds to first; a port of the kernel's choice if absent.
  ///   - listenerAddress: What the server binds to, if not the address the client connects to.
  ///   - options: Those of the server.
  /// - Returns: What an inspector must see of it.
  @discardableResult
  public func leaveTimeWait(
    on server: LabEndpoint,
    from client: LabEndpoint? = nil,
    listenerAddress: LabAddress? = nil,
    options: [SocketOption] = []
  ) throws -> ExpectedSocket {
    let pair = try connectedPair(to: server, from: client, listenerAddress: listenerAddress, serverOptions: options)
    let rest = ExpectedSocket(.tcp, .timeWait, server, try pair.client.local()) { socket in
      (socket.isOrphan, socket.timer) = (true, .timeWait)
    }
    pair.listener.close()
    pair.server.close()
    try pair.client.discard()
    pair.client.close()
    try wait(for: [rest])
    let other = KernelTable.Row.identity(rest.remote, rest.local)
    try wait("the end of the client") { try !KernelTable().rows.contains { $0.identity == other } }
    return rest
  }
}

extension Laboratory {
  /// Makes a TIME_WAIT on a server's port: the server closes a connection first and ends. This waits until only the
  /// record remains.
  ///
  /// - Parameters:
  ///   - server: The endpoint of the server, to which the client connects.
  ///   - client: The endpoint that the client binds; chosen by the kernel if absent.
  ///   - listenerAddress: The address that the server binds, if it is another one than the client connects to.
  ///   - options: The options of the server's socket.
  /// - Returns: The record that an inspector must see.
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

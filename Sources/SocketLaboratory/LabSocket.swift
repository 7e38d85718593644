internal import CSocketLaboratory

/// An open socket. It is closed when its namespace's closure ends, or by ``close()``.
///
/// This is a class and not a noncopyable value, because the namespace keeps it too.
public final class LabSocket {
  /// The descriptor; -1 after the socket was closed.
  public private(set) var descriptor: Int32

  package weak var residents: Residents?

  /// Takes ownership of a descriptor.
  package init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit { drop() }

  /// Closes the descriptor. If the kernel keeps the socket, it is an orphan afterwards.
  public func close() { Self.close(CollectionOfOne(self)) }

  /// Closes several sockets.
  public static func close(_ sockets: some Sequence<LabSocket>) {
    ProcessStarts.heldOff { for socket in sockets { socket.drop() } }
  }

  /// Closes the descriptor without waiting for processes that are being started and have a copy.
  private func drop() {
    if descriptor >= 0 { _ = socklab_close(descriptor) }
    descriptor = -1
  }

  /// The local address and port. The result has a scope only if you pass the name of the interface.
  public func local(interface: String? = nil) throws -> LabEndpoint {
    let answer = socklab_local(descriptor)
    try check(answer.error, "getsockname")
    return LabEndpoint(answer, interface: interface)
  }

  /// The remote address and port.
  public func remote(interface: String? = nil) throws -> LabEndpoint {
    let answer = socklab_remote(descriptor)
    try check(answer.error, "getpeername")
    return LabEndpoint(answer, interface: interface)
  }

  /// Binds to an address and port.
  public func bind(to endpoint: LabEndpoint) throws {
    try check(socklab_bind(descriptor, try endpoint.forKernel()), "bind to \(endpoint)")
  }

  /// Begins to connect. The descriptor does not block.
  public func connect(to endpoint: LabEndpoint) throws {
    try check(socklab_connect(descriptor, try endpoint.forKernel()), "connect to \(endpoint)")
  }

  /// Listens.
  public func listen(backlog: Int) throws { try check(socklab_listen(descriptor, Int32(backlog)), "listen") }

  /// Waits for the next connection of a listener and accepts it.
  public func accept() throws -> LabSocket {
    try check(socklab_wait_readable(descriptor, Deadline().remainingMilliseconds), "wait for a connection")
    let socket = LabSocket(owning: try check(socklab_accept(descriptor), "accept"))
    return residents?.keep(socket) ?? socket
  }

  /// Waits for data or the end of the stream and discards it. Returns the number of bytes.
  @discardableResult
  public func discard(_ count: Int = 1 << 16) throws -> Int {
    try check(socklab_wait_readable(descriptor, Deadline().remainingMilliseconds), "wait for data")
    return Int(try check(socklab_discard(descriptor, Int32(count)), "receive"))
  }
}

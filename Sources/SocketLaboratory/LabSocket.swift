internal import CSocketLaboratory

/// A descriptor that lives until its namespace's closure ends, or until ``close()``.
///
/// A class, not a noncopyable value, because the namespace holds it too.
public final class LabSocket {
  /// The descriptor; -1 once closed.
  public private(set) var descriptor: Int32

  package weak var residents: Residents?

  /// Takes over a descriptor.
  package init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit { drop() }

  /// Closes the descriptor. What remains in the kernel afterwards is an orphan.
  public func close() { Self.close(CollectionOfOne(self)) }

  /// Closes several descriptors.
  public static func close(_ sockets: some Sequence<LabSocket>) {
    ProcessStarts.heldOff { for socket in sockets { socket.drop() } }
  }

  /// A process that is being started may have a copy for another moment.
  private func drop() {
    if descriptor >= 0 { _ = socklab_close(descriptor) }
    descriptor = -1
  }

  /// The local address and port. Scopes are not named: pass the interface if you need it.
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

  /// Connects, or begins to: the descriptor does not block.
  public func connect(to endpoint: LabEndpoint) throws {
    try check(socklab_connect(descriptor, try endpoint.forKernel()), "connect to \(endpoint)")
  }

  /// Listens.
  public func listen(backlog: Int) throws { try check(socklab_listen(descriptor, Int32(backlog)), "listen") }

  /// The next connection of a listener, waited for.
  public func accept() throws -> LabSocket {
    try check(socklab_wait_readable(descriptor, Deadline().remainingMilliseconds), "wait for a connection")
    let socket = LabSocket(owning: try check(socklab_accept(descriptor), "accept"))
    return residents?.keep(socket) ?? socket
  }

  /// Waits for data or the end of the stream and discards it; returns how many bytes there were.
  @discardableResult
  public func discard(_ count: Int = 1 << 16) throws -> Int {
    try check(socklab_wait_readable(descriptor, Deadline().remainingMilliseconds), "wait for data")
    return Int(try check(socklab_discard(descriptor, Int32(count)), "receive"))
  }
}

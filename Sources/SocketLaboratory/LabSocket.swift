internal import CSocketLaboratory

/// A descriptor that lives until its namespace's closure ends, or until ``close()``.
///
/// A class, not a noncopyable value, because the namespace holds it too.
public final class LabSocket {
  /// The descriptor; -1 once closed.
  public private(set) var descriptor: Int32

  weak var residents: Residents?

  /// Takes over a descriptor.
  init(owning descriptor: Int32) { self.descriptor = descriptor }

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

  /// Dissolves the connection of a socket, which keeps an explicitly bound port.
  public func disconnect() throws { try check(socklab_disconnect(descriptor), "disconnect") }

  /// Listens.
  public func listen(backlog: Int) throws { try check(socklab_listen(descriptor, Int32(backlog)), "listen") }

  /// The next connection of a listener, waited for.
  public func accept() throws -> LabSocket {
    try check(socklab_wait_readable(descriptor, Deadline().remainingMilliseconds), "wait for a connection")
    let socket = LabSocket(owning: try check(socklab_accept(descriptor), "accept"))
    return residents?.keep(socket) ?? socket
  }

  /// The TCP state, as the owner of the descriptor sees it; `nil` for what is not TCP.
  public var tcpState: LabState? { LabState(rawValue: UInt8(truncatingIfNeeded: socklab_tcp(descriptor).state)) }

  /// Takes the error away that the next call would fail with: an errno, 0 for none.
  public func takePendingError() throws -> Int32 { try check(socklab_take_error(descriptor), "ask for the error") }

  /// Shuts down one half or both.
  public func shutdown(receiving: Bool = false, sending: Bool = false) throws {
    try check(socklab_shutdown(descriptor, receiving, sending), "shut down")
  }

  /// Sends filler bytes; returns how many of `count` the socket took.
  @discardableResult
  public func send(_ count: Int) throws -> Int {
    Int(try check(socklab_send_filler(descriptor, Int32(count)), "send \(count) bytes"))
  }

  /// Sends filler bytes until the socket takes no more; returns how many it took.
  @discardableResult
  public func sendUntilFull() throws -> Int {
    var total = 0
    while true {
      let count = socklab_send_filler(descriptor, 1 << 16)
      guard count >= 0 else { return total }
      total += Int(count)
    }
  }

  /// Waits for data or the end of the stream and discards it; returns how many bytes there were.
  @discardableResult
  public func discard(_ count: Int = 1 << 16) throws -> Int {
    try check(socklab_wait_readable(descriptor, Deadline().remainingMilliseconds), "wait for data")
    return Int(try check(socklab_discard(descriptor, Int32(count)), "receive"))
  }
}

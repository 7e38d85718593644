internal import CSocketLaboratory
internal import CSocketLaboratoryKit
public import SocketLaboratory

extension LabSocket {
  /// Dissolves the connection of a socket, which keeps an explicitly bound port.
  public func disconnect() throws { try check(socklab_disconnect(descriptor), "disconnect") }

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

  /// The kernel's number for this socket, which it keeps when it outlives its descriptor.
  ///
  /// Kernel: `SO_COOKIE`, asm-generic/socket.h.
  public func cookie() throws -> UInt64 {
    let cookie = socklab_cookie(descriptor)
    guard cookie != 0 else { throw LaboratoryError(.system, "ask for the cookie") }
    return cookie
  }

  /// Whether the socket has SO_REUSEADDR.
  public func reusesAddress() throws -> Bool { try read(SOCKLAB_REUSE_ADDRESS, "SO_REUSEADDR") }
  /// Whether the socket has SO_REUSEPORT.
  public func reusesPort() throws -> Bool { try read(SOCKLAB_REUSE_PORT, "SO_REUSEPORT") }
  /// Whether an IPv6 socket has IPV6_V6ONLY, set by its program or by a bind to an address.
  public func isV6Only() throws -> Bool { try read(SOCKLAB_V6_ONLY, "IPV6_V6ONLY") }

  /// Sets or clears SO_REUSEADDR and SO_REUSEPORT, at any time.
  public func setReuse(address: Bool, port: Bool) throws {
    try check(socklab_set(descriptor, SOCKLAB_REUSE_ADDRESS, address ? 1 : 0), "change SO_REUSEADDR")
    try check(socklab_set(descriptor, SOCKLAB_REUSE_PORT, port ? 1 : 0), "change SO_REUSEPORT")
  }

  /// The next connection of a listener if there is one already.
  public func acceptNow() throws -> LabSocket? {
    guard try check(socklab_wait_readable(descriptor, 0), "look for a connection") > 0 else { return nil }
    let socket = LabSocket(owning: try check(socklab_accept(descriptor), "accept"))
    return residents?.keep(socket) ?? socket
  }

  private func read(_ option: socklab_option, _ name: String) throws -> Bool {
    try check(socklab_get(descriptor, option), "ask for \(name)") != 0
  }
}

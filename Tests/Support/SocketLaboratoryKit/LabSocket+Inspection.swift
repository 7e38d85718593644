internal import CSocketLaboratory
internal import CSocketLaboratoryKit
public import SocketLaboratory

extension LabSocket {
  /// Disconnects a socket. It keeps a port that it bound explicitly.
  public func disconnect() throws { try check(socklab_disconnect(descriptor), "disconnect") }

  /// The TCP state by `TCP_INFO`; `nil` for other protocols.
  public var tcpState: LabState? { LabState(rawValue: UInt8(truncatingIfNeeded: socklab_tcp(descriptor).state)) }

  /// Reads and clears the pending error of the socket: an errno, or 0.
  public func takePendingError() throws -> Int32 { try check(socklab_take_error(descriptor), "ask for the error") }

  /// Shuts down receiving, sending or both.
  public func shutdown(receiving: Bool = false, sending: Bool = false) throws {
    try check(socklab_shutdown(descriptor, receiving, sending), "shut down")
  }

  /// Sends filler bytes. Returns how many of `count` the socket accepted.
  @discardableResult
  public func send(_ count: Int) throws -> Int {
    Int(try check(socklab_send_filler(descriptor, Int32(count)), "send \(count) bytes"))
  }

  /// Sends filler bytes until the socket accepts no more. Returns how many it accepted.
  @discardableResult
  public func sendUntilFull() throws -> Int {
    var total = 0
    while true {
      let count = socklab_send_filler(descriptor, 1 << 16)
      guard count >= 0 else { return total }
      total += Int(count)
    }
  }

  /// The cookie of this socket. The socket keeps it after its descriptor is closed.
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
  /// Whether an IPv6 socket has IPV6_V6ONLY. Its program or a bind to an address sets the option.
  public func isV6Only() throws -> Bool { try read(SOCKLAB_V6_ONLY, "IPV6_V6ONLY") }

  /// Sets or clears SO_REUSEADDR and SO_REUSEPORT, at any time.
  public func setReuse(address: Bool, port: Bool) throws {
    try check(socklab_set(descriptor, SOCKLAB_REUSE_ADDRESS, address ? 1 : 0), "change SO_REUSEADDR")
    try check(socklab_set(descriptor, SOCKLAB_REUSE_PORT, port ? 1 : 0), "change SO_REUSEPORT")
  }

  /// Accepts the next connection of a listener; `nil` if none waits.
  public func acceptNow() throws -> LabSocket? {
    guard try check(socklab_wait_readable(descriptor, 0), "look for a connection") > 0 else { return nil }
    let socket = LabSocket(owning: try check(socklab_accept(descriptor), "accept"))
    return residents?.keep(socket) ?? socket
  }

  private func read(_ option: socklab_option, _ name: String) throws -> Bool {
    try check(socklab_get(descriptor, option), "ask for \(name)") != 0
  }
}

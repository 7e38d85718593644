/// A request for vsock sockets.
///
/// The kernel has neither an exact request nor a way to destroy such a socket.
///
/// Kernel: `struct vsock_diag_req`, linux/vm_sockets_diag.h.
public struct VSockSocketRequest: Hashable, Sendable {
  /// The states. Kernel: `vdiag_states`.
  public var states: SocketStateSet

  /// Creates a request.
  public init(states: SocketStateSet = .all) { self.states = states }
}

extension VSockSocketRequest: NetlinkRequest {
  /// Kernel: `SOCK_DIAG_BY_FAMILY`.
  public var messageType: NetlinkMessageType { .sockDiagByFamily }

  /// Kernel: `NLM_F_DUMP`.
  public var flags: NetlinkFlags { .dump }

  /// Appends the fixed structure; there are no attributes.
  public func appendPayload(to message: inout [UInt8]) {
    message.append(contentsOf: [AddressFamily.vsock.rawValue, 0, 0, 0])
    message.appendHost32(states.rawValue)
    // vdiag_ino and vdiag_show, which must be 0, and vdiag_cookie, which the kernel does not read in a dump.
    message.appendHost32(0)
    message.appendHost32(0)
    message.appendHost32(.max)
    message.appendHost32(.max)
  }
}

/// A request for TIPC sockets.
///
/// It asks for all states. The kernel could select by state, but it answers with an empty message for each socket that it
/// leaves out. It has neither an exact request nor a way to destroy such a socket.
///
/// Kernel: `struct tipc_sock_diag_req`, linux/tipc_sockets_diag.h.
public struct TIPCSocketRequest: Hashable, Sendable {
  /// Creates a request.
  public init() {}
}

extension TIPCSocketRequest: NetlinkRequest {
  /// Kernel: `SOCK_DIAG_BY_FAMILY`.
  public var messageType: NetlinkMessageType { .sockDiagByFamily }

  /// Kernel: `NLM_F_DUMP`.
  public var flags: NetlinkFlags { .dump }

  /// Appends the fixed structure; there are no attributes.
  public func appendPayload(to message: inout [UInt8]) {
    message.append(contentsOf: [AddressFamily.tipc.rawValue, 0, 0, 0])
    // tidiag_states
    message.appendHost32(.max)
  }
}

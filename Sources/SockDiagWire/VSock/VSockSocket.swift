/// A vsock socket as the kernel reports it.
///
/// The kernel reports sockets that are bound or connected. No record says which user made a socket, or what waits in its
/// queues.
///
/// Kernel: `struct vsock_diag_msg`, linux/vm_sockets_diag.h.
public struct VSockSocket: Hashable, Sendable {
  /// Stream, datagram or seqpacket (since 5.14). Kernel: `vdiag_type`.
  public var type = SocketType.stream
  /// The state, in the terms of TCP. Kernel: `vdiag_state`.
  public var state = SocketState.close
  /// The directions that are shut down on this side. Kernel: `vdiag_shutdown`.
  public var shutdown: ShutdownSides = []
  /// The local address. Kernel: `vdiag_src_cid`, `vdiag_src_port`.
  public var local = VSockAddress(contextID: VSockAddress.anyContextID, port: VSockAddress.anyPort)
  /// The peer's address; any where there is no peer. Kernel: `vdiag_dst_cid`, `vdiag_dst_port`.
  public var remote = VSockAddress(contextID: VSockAddress.anyContextID, port: VSockAddress.anyPort)
  /// The inode behind the socket's descriptors; 0 for none. Kernel: `vdiag_ino`.
  public var inode: UInt32 = 0
  /// The kernel's number for this one socket. Kernel: `vdiag_cookie`.
  public var cookie: SocketCookie?
  /// Attributes, of which no kernel sends any.
  public var unknownAttributes: [UnknownAttribute] = []

  /// Creates an empty record, for a decoder to fill.
  public init() {}
}

extension VSockSocket: KernelSocket {
  /// Always vsock.
  public var family: AddressFamily { .vsock }

  /// `v_str` and `v_dgr`, as `ss` prints them, and `v_seq` for seqpacket.
  public var netID: String {
    switch type {
    case .stream: "v_str"
    case .datagram: "v_dgr"
    case .sequencedPacket: "v_seq"
    default: "vsock"
    }
  }

  /// Whether this is no datagram socket.
  public var isConnectionOriented: Bool { type != .datagram }
  /// The cookie.
  public var identity: SocketIdentity? { cookie.map { SocketIdentity(.vsock, protocol: 0, $0) } }
  /// Always `nil`: no record has queues.
  public var queues: SocketQueues? { nil }
  /// Always `nil`: no record names a user.
  public var uid: UInt32? { nil }
  /// Always `nil`: no record names a cgroup.
  public var cgroupID: UInt64? { nil }
  /// Always sock_diag.
  public var source: SocketSource { .sockDiag }

  /// Appends the context id and the port, as `ss` prints them: `3:1024`, `*:1024`.
  public func appendLocal<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    local.append(to: &text)
  }

  /// Appends the peer's context id and port; `*:*` for no peer.
  public func appendRemote<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    remote.append(to: &text)
  }

  /// The kind, the state and both ends. Allocates.
  public var description: String { "\(netID) \(state) \(localText) → \(remoteText)" }
}

extension VSockSocket: FilterSubject {
  /// Answers one condition of a filter. Ports are those of inet sockets; those of vsock are compared by `src vsock:…`.
  public func answer(to question: FilterQuestion) -> Bool? {
    guard case .end(let end, .vsock(let cid, let port)) = question.condition else {
      return commonAnswer(to: question.condition)
    }
    let address = end == .local ? local : remote
    return (cid == nil || cid == address.contextID) && (port == nil || port == address.port)
  }
}

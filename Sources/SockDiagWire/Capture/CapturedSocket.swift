/// A socket from a capture.
///
/// A capture holds whatever was asked for when it was made, so one list may have sockets of several families.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum CapturedSocket: Hashable, Sendable {
  /// A socket of IPv4 or IPv6.
  case inet(InetSocket)
  /// A netlink socket.
  case netlink(NetlinkSocket)
  /// A UNIX socket.
  case unix(UnixSocket)
  /// A packet socket.
  case packet(PacketSocket)
  /// A vsock socket.
  case vsock(VSockSocket)
  /// An XDP socket.
  case xdp(XDPSocket)
  /// A TIPC socket.
  case tipc(TIPCSocket)
  /// An SMC socket.
  case smc(SMCSocket)
  /// A record of a family that is not decoded here.
  case unknown(UndecodedSocket)

  /// The socket if it is one of IPv4 or IPv6.
  public var inet: InetSocket? { if case .inet(let socket) = self { socket } else { nil } }
  /// The socket if it is a netlink socket.
  public var netlink: NetlinkSocket? { if case .netlink(let socket) = self { socket } else { nil } }
  /// The socket if it is a UNIX socket.
  public var unix: UnixSocket? { if case .unix(let socket) = self { socket } else { nil } }
  /// The socket if it is a packet socket.
  public var packet: PacketSocket? { if case .packet(let socket) = self { socket } else { nil } }
  /// The socket if it is a vsock socket.
  public var vsock: VSockSocket? { if case .vsock(let socket) = self { socket } else { nil } }
  /// The socket if it is an XDP socket.
  public var xdp: XDPSocket? { if case .xdp(let socket) = self { socket } else { nil } }
  /// The socket if it is a TIPC socket.
  public var tipc: TIPCSocket? { if case .tipc(let socket) = self { socket } else { nil } }
  /// The socket if it is an SMC socket.
  public var smc: SMCSocket? { if case .smc(let socket) = self { socket } else { nil } }
}

/// A record of a family that is not decoded here, kept as it came.
public struct UndecodedSocket: Hashable, Sendable {
  /// The family. The first byte of every record says it.
  public var family: AddressFamily
  /// What follows the header of the message.
  public var payload: [UInt8]

  /// Creates a record from its parts.
  public init(family: AddressFamily, payload: [UInt8]) {
    self.family = family
    self.payload = payload
  }
}

extension CapturedSocket: FieldWritable {
  /// Writes the fields of the socket; of an undecoded record the family, and the payload in hexadecimal digits.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    switch self {
    case .inet(let socket): socket.writeFields(to: &writer)
    case .netlink(let socket): socket.writeFields(to: &writer)
    case .unix(let socket): socket.writeFields(to: &writer)
    case .packet(let socket): socket.writeFields(to: &writer)
    case .vsock(let socket): socket.writeFields(to: &writer)
    case .xdp(let socket): socket.writeFields(to: &writer)
    case .tipc(let socket): socket.writeFields(to: &writer)
    case .smc(let socket): socket.writeFields(to: &writer)
    case .unknown(let record):
      writer.text("family", record.family.description)
      writer.text("payload", record.payload.hexadecimal)
    }
  }
}

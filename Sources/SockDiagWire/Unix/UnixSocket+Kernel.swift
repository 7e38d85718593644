extension UnixSocket: KernelSocket {
  /// Always UNIX.
  public var family: AddressFamily { .unix }
  /// `u_str`, `u_dgr` or `u_seq`; `u_` and the number of another type, which no kernel has.
  public var netID: String {
    switch type {
    case .stream: "u_str"
    case .datagram: "u_dgr"
    case .sequencedPacket: "u_seq"
    default: "u_\(type.rawValue)"
    }
  }
  /// Whether the type carries connections: all but datagram sockets.
  public var isConnectionOriented: Bool { type != .datagram }

  /// The cookie; `nil` in records from `/proc/net`.
  public var identity: SocketIdentity? { cookie.map { SocketIdentity(.unix, protocol: 0, $0) } }

  /// Always `nil`: no record names a cgroup.
  public var cgroupID: UInt64? { nil }

  /// Appends the name, `*` for none, and the inode, as `ss` does: `/run/app.sock 4711`.
  public func appendLocal<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    Self.append(name, inode, to: &text)
  }

  /// Appends the peer's name, where it is known, and its inode; `*` if there is no peer.
  public func appendRemote<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    guard let peer else { return text.append(UInt8(ascii: "*")) }
    if case .named(let name) = peer.name {
      Self.append(name, peer.inode, to: &text)
    } else {
      Self.append(nil, peer.inode, to: &text)
    }
  }

  private static func append(_ name: UnixSocketName?, _ inode: UInt32, to text: inout [UInt8]) {
    if let name { name.write(to: &text) } else { text.append(UInt8(ascii: "*")) }
    text.append(UInt8(ascii: " "))
    text.appendDecimal(UInt64(inode))
  }

  /// The kind, the state and the ends. Allocates.
  public var description: String { "\(netID) \(state) \(localText) → \(remoteText)" }
}

/// An end of a socket, as the address of one family describes it. Sockets of other families do not have it.
package enum FamilyEnd: Hashable, Sendable {
  /// Of netlink; `nil` stands for any protocol and any port.
  case netlink(NetlinkFamily?, portID: UInt32?)
  /// Of a packet socket; `nil` stands for any protocol and any interface.
  case link(LinkProtocol?, interface: UInt32?)
  /// Of a vsock socket; `nil` stands for any machine and any port.
  case vsock(cid: UInt32?, port: UInt32?)
  /// The name of a UNIX socket.
  case unix(UnixNamePattern)
}

/// How the local addresses of two sockets overlap.
public enum AddressOverlap: String, Hashable, Sendable, Codable {
  /// They are equal. An IPv4 address equals its IPv4-mapped form.
  case same
  /// The socket is bound to all addresses, which include the requested one.
  case socketIsWildcard = "socket-is-wildcard"
  /// The request is for all addresses, which include that of the socket.
  case requestIsWildcard = "request-is-wildcard"
  /// The request is for all IPv4 addresses, or for UDP 127.0.0.6, and the socket has an IPv6 address but is not
  /// v6-only. The kernel stores 127.0.0.6 as the IPv4 address of such a socket, and compares that. Kernel:
  /// `LOOPBACK4_IPV6`, net/ipv6.h.
  case shadow
}

/// How the local addresses of two sockets meet.
public enum AddressOverlap: String, Hashable, Sendable, Codable {
  /// They are the same. An IPv4 address and its IPv4-mapped form are the same.
  case same
  /// The socket has a wildcard, which takes in the requested address.
  case socketIsWildcard = "socket-is-wildcard"
  /// A wildcard is requested, which takes in the socket's address.
  case requestIsWildcard = "request-is-wildcard"
  /// A wildcard of IPv4 is requested, or for UDP 127.0.0.6, and the socket has an address of IPv6, but is not v6-only:
  /// the kernel keeps 127.0.0.6 as the IPv4 address of such a socket, and that is what it compares. Kernel:
  /// `LOOPBACK4_IPV6`, net/ipv6.h.
  case shadow
}

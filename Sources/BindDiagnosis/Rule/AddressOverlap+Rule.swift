internal import SockDiag

extension AddressOverlap {
  /// The answer, or what it depends on.
  enum Finding: Hashable {
    case overlaps(AddressOverlap)
    case apart(HarmlessReason)
    /// The socket's IPV6_V6ONLY decides between the overlap and none.
    case hangsOnV6Only(AddressOverlap)
  }

  /// How a requested address and a socket's meet.
  ///
  /// A request for a specific address is compared with sockets of the same address and with wildcards; a request for a
  /// wildcard, with every socket of the port. That is why it makes a difference who comes first.
  ///
  /// Kernel: `inet_use_bhash2_on_bind`, `inet_bind2_bucket_match_addr_any`, `ipv6_rcv_saddr_equal`,
  /// net/ipv4/inet_hashtables.c and inet_connection_sock.c, since 6.1; the older comparison gives the same answers.
  static func between(request: IPAddress, isV6Only: Bool, socket: PortSocket) -> Finding {
    let (wanted, held) = (request.unmapped, socket.address.unmapped)
    if wanted.family == held.family {
      if wanted == held { return .overlaps(.same) }
      // Of IPv4 no wildcard refuses anything; of IPv6 each takes in all of IPv6.
      if held.isUnspecified { return .overlaps(.socketIsWildcard) }
      return wanted.isUnspecified ? .overlaps(.requestIsWildcard) : .apart(.otherAddress)
    }
    if wanted.family == .inet6 {
      // The socket is IPv4.
      guard wanted.isUnspecified else { return .apart(.otherFamily) }
      return isV6Only ? .apart(.otherFamily) : .overlaps(.requestIsWildcard)
    }
    // The socket is IPv6, the request is not.
    if held.isUnspecified { return unlessV6Only(socket, .socketIsWildcard) }
    // Only a socket of family AF_INET is compared with the shadow; a mapped address is compared as one of IPv6.
    guard request.family == .inet, meetsShadow(wanted, socket.protocol) else { return .apart(.otherFamily) }
    return unlessV6Only(socket, .shadow)
  }

  /// Whether a request for an IPv4 address comes upon the one that IPv6 sockets have in the kernel's eyes. TCP looks a
  /// specific address up among sockets of the same family, UDP compares it with every socket of the port.
  private static func meetsShadow(_ wanted: IPAddress, _ protocol: TransportProtocol) -> Bool {
    wanted.isUnspecified || wanted == shadowAddress && `protocol` == .udp
  }

  /// 127.0.0.6.
  private static let shadowAddress = IPAddress(v4: 0x7f00_0006)

  private static func unlessV6Only(_ socket: PortSocket, _ overlap: AddressOverlap) -> Finding {
    switch socket.options[.v6Only] {
    case true?: .apart(.otherFamily)
    case false?: .overlaps(overlap)
    case nil: .hangsOnV6Only(overlap)
    }
  }
}

internal import SockDiag

extension AddressOverlap {
  /// The answer, or the fact that it depends on.
  enum Finding: Hashable {
    case overlaps(AddressOverlap)
    case apart(HarmlessReason)
    /// The socket's IPV6_V6ONLY decides whether there is an overlap.
    case dependsOnV6Only(AddressOverlap)
  }

  /// How a requested address overlaps that of a socket.
  ///
  /// A request for a specific address is compared with sockets that have the same address or all addresses; a request
  /// for all addresses is compared with every socket of the port. So it matters which socket came first.
  ///
  /// Kernel: `inet_use_bhash2_on_bind`, `inet_bind2_bucket_match_addr_any`, `ipv6_rcv_saddr_equal`,
  /// net/ipv4/inet_hashtables.c and inet_connection_sock.c, since 6.1; the older comparison gives the same answers.
  static func between(request: IPAddress, isV6Only: Bool, socket: PortSocket) -> Finding {
    let (wanted, held) = (request.unmapped, socket.address.unmapped)
    if wanted.family == held.family {
      if wanted == held { return .overlaps(.same) }
      // 0.0.0.0 includes every IPv4 address, and [::] every IPv6 address, whatever the options.
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
    // Only an AF_INET socket is compared with the shadow; a mapped address is compared as IPv6.
    guard request.family == .inet, meetsShadow(wanted, socket.protocol) else { return .apart(.otherFamily) }
    return unlessV6Only(socket, .shadow)
  }

  /// Whether a request for an IPv4 address is compared with the IPv4 address that the kernel stores for IPv6 sockets.
  /// TCP looks up a specific address among sockets of the same family; UDP compares it with every socket of the port.
  private static func meetsShadow(_ wanted: IPAddress, _ protocol: TransportProtocol) -> Bool {
    wanted.isUnspecified || wanted == shadowAddress && `protocol` == .udp
  }

  /// 127.0.0.6.
  private static let shadowAddress = IPAddress(v4: 0x7f00_0006)

  private static func unlessV6Only(_ socket: PortSocket, _ overlap: AddressOverlap) -> Finding {
    switch socket.options[.v6Only] {
    case true?: .apart(.otherFamily)
    case false?: .overlaps(overlap)
    case nil: .dependsOnV6Only(overlap)
    }
  }
}

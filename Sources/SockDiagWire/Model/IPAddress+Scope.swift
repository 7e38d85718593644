extension IPAddress {
  /// Whether this is the IPv6 address of a multicast group, `ff00::/8`.
  public var isMulticastV6: Bool { family == .inet6 && high >> 56 == 0xff }

  /// Whether the address is valid only with an interface: a link-local address, or a multicast group of the link or of
  /// the interface.
  ///
  /// Kernel: `__ipv6_addr_needs_scope_id`, net/ipv6.h.
  public var needsInterface: Bool { isLinkLocal || isMulticastV6 && (1...2).contains(high >> 48 & 0xf) }
}

/// Families of nf_tables. Kernel: `NFPROTO_*`, linux/netfilter.h.
enum NetfilterFamily {
  /// Both IPv4 and IPv6: `NFPROTO_INET`.
  static let inet: UInt8 = 1
  /// `NFPROTO_IPV4`.
  static let ipv4: UInt8 = 2
  /// `NFPROTO_IPV6`.
  static let ipv6: UInt8 = 10

  /// The names of the families in `nft`.
  static let names: [UInt8: String] = [inet: "inet", ipv4: "ip", ipv6: "ip6"]

  /// The family of a packet.
  static func of(isV6: Bool) -> UInt8 { isV6 ? ipv6 : ipv4 }
}

/// Hooks that a packet meets before it is routed. Kernel: `enum nf_inet_hooks`, linux/netfilter.h.
enum NetfilterHook {
  /// A packet from outside: `NF_INET_PRE_ROUTING`.
  static let preRouting: UInt64 = 0
  /// A packet of this host: `NF_INET_LOCAL_OUT`.
  static let localOut: UInt64 = 3
}

/// Kinds of addresses. Kernel: `RTN_*`, linux/rtnetlink.h.
enum AddressType {
  /// An address of this host: `RTN_LOCAL`.
  static let local: UInt32 = 2
}

/// The layout of messages. Kernel: `struct nlmsghdr`, linux/netlink.h; `struct nfgenmsg`, linux/netfilter/nfnetlink.h.
enum NetlinkLayout {
  /// The size of `struct nlmsghdr`.
  static let header = 16
  /// The offset of `nlmsg_len`.
  static let length = 0
  /// The offset of `nlmsg_type`.
  static let type = 4
  /// The size of `struct nfgenmsg`, whose first byte is the family.
  static let netfilterHeader = 4
  /// The end of a dump: `NLMSG_DONE`.
  static let done: UInt16 = 3
  /// An error: `NLMSG_ERROR`.
  static let error: UInt16 = 2
}

extension [UInt16: ArraySlice<UInt8>] {
  /// The attribute that the kernel's header names, such as `NFTA_CHAIN_TABLE`.
  subscript(attribute: some RawRepresentable<UInt32>) -> ArraySlice<UInt8>? {
    UInt16(exactly: attribute.rawValue).flatMap { self[$0] }
  }
}

extension Optional<ArraySlice<UInt8>> {
  /// Whether an attribute is there and has the number that the kernel's header names, such as `NFT_NAT_DNAT`.
  func has(_ value: some RawRepresentable<UInt32>) -> Bool { self?.number == UInt64(value.rawValue) }
}

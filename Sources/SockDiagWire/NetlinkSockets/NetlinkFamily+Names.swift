extension NetlinkFamily {
  /// Names as `ss` prints them, with the kernel's names of the same protocols where they differ.
  private static let names: [(number: UInt16, name: String, kernelName: String)] = [
    (0, "rtnl", "route"), (1, "unused", "unused"), (2, "usersock", "usersock"), (3, "fw", "firewall"),
    (4, "tcpdiag", "sock_diag"), (5, "nflog", "nflog"), (6, "xfrm", "xfrm"), (7, "selinux", "selinux"),
    (8, "iscsi", "iscsi"), (9, "audit", "audit"), (10, "fiblookup", "fib_lookup"), (11, "connector", "connector"),
    (12, "nft", "netfilter"), (13, "ip6fw", "ip6_fw"), (14, "dec-rt", "dnrtmsg"), (15, "uevent", "kobject_uevent"),
    (16, "genl", "generic"), (18, "scsi-trans", "scsitransport"), (19, "ecryptfs", "ecryptfs"), (20, "rdma", "rdma"),
    (21, "crypto", "crypto"), (22, "smc", "smc"),
  ]

  /// Creates a family from a name that `ss` or the kernel uses, or from its number.
  public init?(name: some StringProtocol) {
    if let known = Self.names.first(where: { $0.name == name || $0.kernelName == name }) {
      self.init(rawValue: known.number)
    } else if name.utf8.allSatisfy(\.isDigit), let number = UInt16(name) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }

  /// All names that ``init(name:)`` accepts, for messages.
  package static var allNames: [String] { names.map(\.name) }
}

extension NetlinkFamily: CustomStringConvertible {
  /// The name that `ss` prints, or the number where there is none.
  public var description: String { Self.names.first { $0.number == rawValue }?.name ?? String(rawValue) }
}

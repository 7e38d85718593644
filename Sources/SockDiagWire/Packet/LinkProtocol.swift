/// A protocol of the link layer.
///
/// Kernel: `ETH_P_*`, linux/if_ether.h, in the byte order of the host.
public struct LinkProtocol: RawRepresentable, Hashable, Sendable {
  /// The kernel's number, for most protocols the EtherType.
  public let rawValue: UInt16

  /// Creates a protocol from the kernel's number.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// All protocols. Kernel: `ETH_P_ALL`.
  public static let all = LinkProtocol(rawValue: 3)

  /// Names as `ss` prints them.
  private static let names: [(number: UInt16, name: String)] = [
    (0x0001, "802_3"), (0x0002, "ax25"), (0x0003, "all"), (0x0004, "802_2"), (0x0005, "snap"), (0x0006, "ddcmp"),
    (0x0007, "wan_ppp"), (0x0008, "ppp_mp"), (0x0009, "localtalk"), (0x000c, "can"), (0x0010, "ppptalk"),
    (0x0011, "tr_802_2"), (0x0015, "mobitex"), (0x0016, "control"), (0x0017, "irda"), (0x0018, "econet"),
    (0x0060, "loop"), (0x0200, "pup"), (0x0201, "pupat"), (0x0800, "ip"), (0x0805, "x25"), (0x0806, "arp"),
    (0x08ff, "bpq"), (0x0a00, "ieeepup"), (0x0a01, "ieeepupat"), (0x6000, "dec"), (0x6001, "dna_dl"),
    (0x6002, "dna_rc"), (0x6003, "dna_rt"), (0x6004, "lat"), (0x6005, "diag"), (0x6006, "cust"), (0x6007, "sca"),
    (0x6558, "teb"), (0x8035, "rarp"), (0x809b, "atalk"), (0x80f3, "aarp"), (0x8100, "802.1Q"), (0x8137, "ipx"),
    (0x86dd, "ipv6"), (0x8847, "mpls_uc"), (0x8848, "mpls_mc"), (0x884c, "atmmpoa"), (0x8863, "ppp_disc"),
    (0x8864, "ppp_ses"), (0x8884, "atmfate"), (0x8892, "profinet"), (0x88a2, "aoe"), (0x88a4, "ethercat"),
    (0x88a8, "802.1ad"), (0x88ca, "tipc"), (0x88cc, "LLDP"), (0x8902, "cfm"),
  ]

  /// The name that `ss` prints; `nil` for a protocol without a name.
  public var name: String? { Self.names.first { $0.number == rawValue }?.name }

  /// Creates a protocol from a name that `ss` prints, in any case, or from its number, in decimal or behind `0x` in
  /// hexadecimal digits.
  public init?(name: some StringProtocol) {
    guard name.utf8.count <= 16 else { return nil }
    let spelling = name.lowercased()
    if let known = Self.names.first(where: { $0.name.lowercased() == spelling }) {
      self.init(rawValue: known.number)
    } else if spelling == "ipv4" {
      self.init(rawValue: 0x0800)
    } else if let number = FilterNumber.integer(spelling[...]).flatMap(UInt16.init(exactly:)) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }

  /// All names that ``init(name:)`` accepts, for messages.
  package static var allNames: [String] { names.map(\.name) }
}

extension LinkProtocol: CustomStringConvertible {
  /// The name, or the number in brackets, both as `ss` prints them.
  public var description: String { name ?? "[\(rawValue)]" }
}

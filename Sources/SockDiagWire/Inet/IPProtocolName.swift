/// Names of the IP protocols that raw sockets are made for.
///
/// Kernel: `IPPROTO_*`, linux/in.h; the names are those of `/etc/protocols`.
enum IPProtocolName {
  /// Appends the name of a protocol, or its number if it has no name here.
  static func append(_ number: UInt16, to text: inout [UInt8]) {
    guard let name = names[number] else { return text.appendDecimal(UInt64(number)) }
    text.append(contentsOf: name.utf8)
  }

  private static let names: [UInt16: String] = [
    1: "icmp", 2: "igmp", 4: "ipencap", 6: "tcp", 17: "udp", 33: "dccp", 41: "ipv6", 46: "rsvp", 47: "gre", 50: "esp",
    51: "ah", 58: "ipv6-icmp", 88: "eigrp", 89: "ospf", 103: "pim", 108: "ipcomp", 112: "vrrp", 115: "l2tp",
    132: "sctp", 135: "mobility-header", 136: "udplite",
  ]
}

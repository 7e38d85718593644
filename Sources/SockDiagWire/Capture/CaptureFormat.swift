/// The format of a capture.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum CaptureFormat: Hashable, Sendable {
  /// A pcap file of netlink packets, as this package, Wireshark and tcpdump write it.
  case pcap
  /// A pcapng file with netlink packets, as Wireshark and dumpcap write it.
  case pcapng
  /// Messages back to back without a file header, as `ss -D` writes them.
  case messages
}

/// The layout of a classic pcap file.
///
/// Reference: pcap-savefile(5); `LINKTYPE_NETLINK` at https://www.tcpdump.org/linktypes.html.
enum Pcap {
  static let microsecondMagic: UInt32 = 0xa1b2_c3d4
  static let nanosecondMagic: UInt32 = 0xa1b2_3c4d
  static let fileHeaderByteCount = 24
  static let packetHeaderByteCount = 16

  /// `LINKTYPE_NETLINK`.
  static let netlinkLinkType: UInt32 = 253
  /// The header of `LINKTYPE_NETLINK` before each datagram: packet type, device type, ten unused bytes and the netlink
  /// family, all in network byte order.
  static let cookedHeaderByteCount = 16
  /// Kernel: `ARPHRD_NETLINK`, linux/if_arp.h.
  static let netlinkDeviceType: UInt16 = 824

  /// The longest packet that libpcap and Wireshark accept.
  static let maximumPacketByteCount = 262_144

  /// Names of the link types in captures of the wrong device.
  static func name(ofLinkType type: UInt32) -> String? {
    switch type {
    case 0: "BSD loopback"
    case 1: "Ethernet"
    case 12, 101, 228, 229: "raw IP"
    case 105, 127: "Wi-Fi"
    case 113, 276: "Linux cooked, as of the device any"
    case 189, 220: "USB"
    case 201: "Bluetooth"
    case 227: "CAN"
    default: nil
    }
  }
}

extension WireError.Code {
  /// The file is empty.
  public static let emptyFile = WireError.Code(rawValue: "empty-file")
  /// A packet of a capture claims an impossible length, or is too short for its header.
  public static let packetLength = WireError.Code(rawValue: "packet-length")
  /// A block of a pcapng file claims an impossible length, or its two lengths differ.
  public static let blockLength = WireError.Code(rawValue: "block-length")
  /// A packet of a pcapng file names an interface that the file does not describe.
  public static let unknownInterface = WireError.Code(rawValue: "unknown-interface")
}

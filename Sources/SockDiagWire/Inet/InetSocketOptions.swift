/// Boolean options of an inet socket.
///
/// `SO_REUSEADDR` and `SO_REUSEPORT` are not among them: no reply shows these.
///
/// Kernel: `struct inet_diag_sockopt`, linux/inet_diag.h, since 5.10.
public struct InetSocketOptions: OptionSet, Hashable, Sendable, Codable {
  /// The kernel's two bytes, the first in the low bits.
  public let rawValue: UInt16

  /// Creates a set from the kernel's bits.
  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Errors are queued for the program. Kernel: `recverr`, `IP_RECVERR`.
  public static let receiveErrors = InetSocketOptions(rawValue: 1 << 0)
  /// The socket is connection-oriented inside the kernel. Kernel: `is_icsk`.
  public static let connectionSocket = InetSocketOptions(rawValue: 1 << 1)
  /// May bind to an address that is not local. Kernel: `freebind`, `IP_FREEBIND`.
  public static let freeBind = InetSocketOptions(rawValue: 1 << 2)
  /// The program writes IP headers. Kernel: `hdrincl`, `IP_HDRINCL`.
  public static let headerIncluded = InetSocketOptions(rawValue: 1 << 3)
  /// Multicast is looped back. Kernel: `mc_loop`, `IP_MULTICAST_LOOP`.
  public static let multicastLoop = InetSocketOptions(rawValue: 1 << 4)
  /// A transparent proxy's socket. Kernel: `transparent`, `IP_TRANSPARENT`.
  public static let transparent = InetSocketOptions(rawValue: 1 << 5)
  /// Receives all multicast groups. Kernel: `mc_all`, `IP_MULTICAST_ALL`.
  public static let multicastAll = InetSocketOptions(rawValue: 1 << 6)
  /// Fragments are not put together. Kernel: `nodefrag`, `IP_NODEFRAG`.
  public static let noDefragmentation = InetSocketOptions(rawValue: 1 << 7)
  /// bind() to port 0 leaves the port to connect(). Kernel: `bind_address_no_port`, `IP_BIND_ADDRESS_NO_PORT`.
  public static let bindAddressNoPort = InetSocketOptions(rawValue: 1 << 8)
  /// ICMP errors with extensions are queued. Kernel: `recverr_rfc4884`, `IP_RECVERR_RFC4884`.
  public static let receiveErrorsRFC4884 = InetSocketOptions(rawValue: 1 << 9)
  /// A fast-open connect that waits for its first write. Kernel: `defer_connect`.
  public static let deferConnect = InetSocketOptions(rawValue: 1 << 10)

  /// The kernel's name of each bit.
  package static let names: [(option: InetSocketOptions, name: String)] = [
    (.receiveErrors, "recverr"), (.connectionSocket, "is_icsk"), (.freeBind, "freebind"), (.headerIncluded, "hdrincl"),
    (.multicastLoop, "mc_loop"), (.transparent, "transparent"), (.multicastAll, "mc_all"),
    (.noDefragmentation, "nodefrag"), (.bindAddressNoPort, "bind_address_no_port"),
    (.receiveErrorsRFC4884, "recverr_rfc4884"), (.deferConnect, "defer_connect"),
  ]

  /// The same for JSON.
  static let fieldBits = names.map { FieldBit(UInt64($0.option.rawValue), $0.name) }
}

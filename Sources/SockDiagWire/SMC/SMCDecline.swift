/// Why a connection does not use shared memory.
///
/// Kernel: `SMC_CLC_DECL_*`, net/smc/smc_clc.h. The peer sends such a number too.
public struct SMCDecline: RawRepresentable, Hashable, Sendable, Codable {
  /// The kernel's number; 0 for no reason.
  public let rawValue: UInt32

  /// Creates a reason from the kernel's number.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The peer does not know SMC. Kernel: `SMC_CLC_DECL_PEERNOSMC`.
  public static let peerWithoutSMC = SMCDecline(rawValue: 0x0301_0000)
  /// This host has no device that can share memory. Kernel: `SMC_CLC_DECL_NOSMCDEV`.
  public static let noDevice = SMCDecline(rawValue: 0x0303_0000)

  private static let texts: [UInt32: String] = [
    0x0101_0000: "not enough memory", 0x0201_0000: "no confirmation in time", 0x0202_0000: "no second link in time",
    0x0300_0000: "configuration error", 0x0301_0000: "the peer does not know SMC", 0x0302_0000: "IPsec is in use",
    0x0303_0000: "no device for SMC", 0x0303_0001: "no ISM device", 0x0303_0002: "no RDMA device",
    0x0303_0003: "the hardware has no ISM version 2", 0x0303_0004: "the peer sent no extension of version 2",
    0x0303_0005: "the peer sent no extension of SMC-D version 2", 0x0303_0006: "the peer sent no system EID",
    0x0303_0007: "no ISM device of version 2", 0x0303_0008: "the peer sent no user EID",
    0x0303_0009: "no agreement on the release", 0x0303_000a: "no agreement on the number of connections",
    0x0303_000b: "no agreement on the number of links", 0x0304_0000: "one side has RDMA, the other ISM",
    0x0305_0000: "the peer puts a mark into its buffers", 0x0306_0000: "a socket option is not supported",
    0x0307_0000: "the two sides are in different subnets", 0x0308_0000: "the VLAN is unknown",
    0x0309_0000: "the ISM device refused the VLAN", 0x030a_0000: "no active link",
    0x030b_0000: "the server's link is unknown", 0x030c_0000: "the versions differ",
    0x030d_0000: "the ISM device has no buffers left", 0x030e_0000: "no route to the peer's device",
    0x030f_0000: "only one side allows a route between devices", 0x0400_0000: "the sides are out of step",
    0x0500_0000: "the peer declined", 0x0999_0000: "internal error", 0x0999_0001: "internal error with a token",
    0x0999_0002: "internal error with the link", 0x0999_0003: "internal error with a buffer",
  ]

  /// The reason in words; `nil` for 0, and for a number that this library does not know.
  public var explanation: String? { Self.texts[rawValue] }
}

extension SMCDecline: CustomStringConvertible {
  /// The reason in words, or its number in hexadecimal digits.
  public var description: String { explanation ?? "0x" + String(rawValue, radix: 16) }
}

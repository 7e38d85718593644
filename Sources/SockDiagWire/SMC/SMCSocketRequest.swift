/// A request for SMC sockets.
///
/// The kernel filters nothing, and it has neither an exact request nor a way to destroy such a socket.
///
/// Kernel: `struct smc_diag_req`, linux/smc_diag.h.
public struct SMCSocketRequest: Hashable, Sendable {
  /// What is wanted beyond the fixed record.
  public var details: Details

  /// Creates a request.
  public init(details: Details = .all) { self.details = details }

  /// What a record may carry beyond its fixed part.
  ///
  /// Kernel: `diag_ext`: bit n-1 for attribute n of `SMC_DIAG_*`, linux/smc_diag.h.
  public struct Details: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt8

    /// Creates a set from the kernel's bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// ``SMCSocket/connection``. Kernel: `SMC_DIAG_CONNINFO`.
    public static let connection = Details(rawValue: 0x01)
    /// ``SMCSocket/link``. Kernel: `SMC_DIAG_LGRINFO`.
    public static let link = Details(rawValue: 0x02)
    /// ``SMCSocket/memoryBuffer``. Kernel: `SMC_DIAG_DMBINFO`, since 4.19.
    public static let memoryBuffer = Details(rawValue: 0x08)

    /// All of these.
    public static let all: Details = [.connection, .link, .memoryBuffer]
  }
}

extension SMCSocketRequest: NetlinkRequest {
  /// Kernel: `SOCK_DIAG_BY_FAMILY`.
  public var messageType: NetlinkMessageType { .sockDiagByFamily }

  /// Kernel: `NLM_F_DUMP`.
  public var flags: NetlinkFlags { .dump }

  /// Appends the fixed structure; there are no attributes.
  public func appendPayload(to message: inout [UInt8]) {
    message.append(contentsOf: [AddressFamily.smc.rawValue, 0, 0, details.rawValue])
    // id, which the kernel does not read in a dump
    message.appendZeros(48)
  }
}

/// A request for all interfaces or all addresses of a network namespace.
///
/// Kernel: `struct rtgenmsg`, `RTM_GET*`, linux/rtnetlink.h.
public struct RouteRequest: NetlinkRequest, Hashable, Sendable {
  /// The type of the message.
  public let messageType: NetlinkMessageType
  /// The type of the messages that answer it.
  public let replyType: NetlinkMessageType
  /// The family, `AF_*`; 0 for all.
  public let family: UInt8

  /// Creates a request for all interfaces. Kernel: `RTM_GETLINK`.
  public static let links = RouteRequest(messageType: .getLink, replyType: .newLink, family: 0)

  /// Creates a request for all addresses of a family. Kernel: `RTM_GETADDR`.
  public static func addresses(_ family: AddressFamily) -> RouteRequest {
    RouteRequest(messageType: .getAddress, replyType: .newAddress, family: family.rawValue)
  }

  /// `NLM_F_DUMP`.
  public var flags: NetlinkFlags { .dump }

  /// Appends `struct rtgenmsg`.
  public func appendPayload(to message: inout [UInt8]) throws(NetlinkRequestFault) {
    // The structure has one byte; the kernel wants messages padded.
    message.append(contentsOf: [family, 0, 0, 0])
  }
}

/// Message types of rtnetlink. On the bus of sock_diag the same numbers mean other messages.
///
/// Kernel: `RTM_*`, linux/rtnetlink.h.
extension NetlinkMessageType {
  /// Kernel: `RTM_NEWLINK`.
  public static let newLink = NetlinkMessageType(rawValue: 16)
  /// Kernel: `RTM_GETLINK`.
  public static let getLink = NetlinkMessageType(rawValue: 18)
  /// Kernel: `RTM_NEWADDR`.
  public static let newAddress = NetlinkMessageType(rawValue: 20)
  /// Kernel: `RTM_GETADDR`.
  public static let getAddress = NetlinkMessageType(rawValue: 22)
}

/// A request for TCP or UDP sockets, or to destroy one.
///
/// Kernel: `struct inet_diag_req_v2`, `struct inet_diag_req`, linux/inet_diag.h.
public struct InetRequest: Hashable, Sendable {
  /// The kind of a request.
  public enum Form: Hashable, Sendable {
    /// All sockets that match.
    case dump
    /// The one socket that receives packets between the two addresses.
    case get
    /// Destroys that socket. Kernel: `SOCK_DESTROY`, since 4.5.
    case destroy
  }

  /// The kind of the request.
  public var form: Form
  /// The protocol.
  public var `protocol`: TransportProtocol
  /// The family, or `nil` for both in one walk, which only the legacy message supports.
  public var family: AddressFamily?
  /// The states of the sockets.
  public var states: SocketStateSet = []
  /// The details to return in addition to the fixed record.
  public var details: InetDetails = []
  /// The local address and port. A dump compares the port only, unless that is 0.
  public var local = SocketAddress(.anyV4, port: 0)
  /// The remote address and port. A dump compares the port only, unless that is 0.
  public var remote = SocketAddress(.anyV4, port: 0)
  /// The interface, in an exact request.
  public var interfaceIndex: UInt32 = 0
  /// The cookie, in an exact request.
  public var cookie = SocketCookie.any
  /// The filter program of a dump.
  public var bytecode: [UInt8] = []

  /// Creates a request without filters.
  public init(_ form: Form, _ protocol: TransportProtocol, _ family: AddressFamily?) {
    self.form = form
    self.protocol = `protocol`
    self.family = family
  }
}

extension InetRequest {
  /// Decodes a request from a capture.
  ///
  /// - Throws: ``WireError`` if it is shorter than its structure or its attributes are invalid.
  public init(_ message: NetlinkCursor.Message, in bytes: Span<UInt8>) throws(WireError) {
    let isLegacy = message.header.type == .inetDiagLegacy
    let fixed = isLegacy ? 60 : 56
    let payload = message.payload
    let start = payload.lowerBound
    guard payload.count >= fixed, start >= 0, payload.upperBound <= bytes.count else {
      throw WireError(.structureLength, at: start, "a request has \(payload.count) bytes, expected at least \(fixed)")
    }
    let family = AddressFamily(rawValue: bytes[start])
    let form: Form =
      message.header.type == .sockDestroy ? .destroy : message.header.flags.isSuperset(of: .dump) ? .dump : .get
    self.init(
      form, isLegacy ? .tcp : TransportProtocol(rawValue: UInt16(bytes[start + 1])), family.rawValue == 0 ? nil : family
    )
    details = InetDetails(rawValue: bytes[start + (isLegacy ? 3 : 2)])
    states = SocketStateSet(rawValue: bytes.host32(at: start + (isLegacy ? 52 : 4)))
    let id = start + (isLegacy ? 4 : 8)
    local = Self.address(family, bytes.network16(at: id), at: id + 4, in: bytes)
    remote = Self.address(family, bytes.network16(at: id + 2), at: id + 20, in: bytes)
    interfaceIndex = bytes.host32(at: id + 36)
    cookie = SocketCookie(rawValue: UInt64(bytes.host32(at: id + 40)) | UInt64(bytes.host32(at: id + 44)) << 32)

    var cursor = NetlinkAttributeCursor(start + fixed..<payload.upperBound)
    while let attribute = try cursor.next(in: bytes) {
      switch (attribute.type, attribute.payload.count) {
      case (1, _): bytecode = bytes.array(attribute.payload)
      case (3, 4):
        `protocol` = TransportProtocol(rawValue: UInt16(clamping: bytes.host32(at: attribute.payload.lowerBound)))
      default: break
      }
    }
  }

  private static func address(
    _ family: AddressFamily, _ port: UInt16, at offset: Int, in bytes: Span<UInt8>
  ) -> SocketAddress {
    let address =
      family == .inet6
      ? IPAddress(v6: bytes.network64(at: offset), bytes.network64(at: offset + 8))
      : IPAddress(v4: bytes.network32(at: offset))
    return SocketAddress(address, port: port)
  }
}

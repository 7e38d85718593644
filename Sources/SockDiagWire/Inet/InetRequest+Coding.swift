/// Offsets in `struct inet_diag_req_v2`, linux/inet_diag.h.
private enum Layout {
  static let byteCount = 56
  /// `sdiag_family`, as `idiag_family` in the legacy structure
  static let family = 0
  /// `sdiag_protocol`
  static let `protocol` = 1
  /// `idiag_ext`
  static let details = 2
  /// `pad`; of a raw socket `sdiag_raw_protocol`
  static let ipProtocol = 3
  /// `idiag_states`
  static let states = 4
  /// `id`
  static let socketID = 8
}

/// Offsets in `struct inet_diag_req`, linux/inet_diag.h.
private enum LegacyLayout {
  static let byteCount = 60
  /// `idiag_ext`
  static let details = 3
  /// `id`
  static let socketID = 4
  /// `idiag_states`
  static let states = 52
}

/// Offsets in `struct inet_diag_sockid`, linux/inet_diag.h.
private enum SocketIDLayout {
  /// `idiag_sport`
  static let localPort = 0
  /// `idiag_dport`
  static let remotePort = 2
  /// `idiag_src`
  static let localAddress = 4
  /// `idiag_dst`
  static let remoteAddress = 20
  /// `idiag_if`
  static let interfaceIndex = 36
  /// `idiag_cookie`: two words, the lower one first
  static let cookie = 40
}

/// Kernel: linux/inet_diag.h.
private enum Attribute {
  /// `INET_DIAG_REQ_BYTECODE`
  static let bytecode: UInt16 = 1
  /// `INET_DIAG_REQ_SK_BPF_STORAGES`, since 5.7
  static let storages: UInt16 = 2
  /// `INET_DIAG_REQ_PROTOCOL`, since 5.9
  static let `protocol`: UInt16 = 3
}

extension InetRequest: NetlinkRequest {
  /// The legacy message has no field for the protocol, and alone serves both families in one walk.
  private var isLegacy: Bool { form == .dump && family == nil }

  /// `TCPDIAG_GETSOCK` for both families, `SOCK_DESTROY`, or `SOCK_DIAG_BY_FAMILY`.
  public var messageType: NetlinkMessageType {
    if form == .destroy { return .sockDestroy }
    return isLegacy ? .inetDiagLegacy : .sockDiagByFamily
  }

  /// `NLM_F_DUMP`, `NLM_F_ACK` or none.
  public var flags: NetlinkFlags {
    switch form {
    case .dump: .dump
    case .get: []
    case .destroy: .acknowledgement
    }
  }

  /// Appends the structure and its attributes.
  ///
  /// - Throws: ``NetlinkRequestFault/destroyWithoutCookie``; ``NetlinkRequestFault/attributeTooLong`` for a program of more
  ///   than 65,531 bytes.
  public func appendPayload(to message: inout [UInt8]) throws(NetlinkRequestFault) {
    if form == .destroy, cookie == .any { throw .destroyWithoutCookie }
    let family = family?.rawValue ?? 0
    if isLegacy {
      message.append(contentsOf: [family, 0, 0, details.rawValue])
      appendSocketID(to: &message)
      message.appendHost32(states.rawValue)
      // idiag_dbs, which no kernel reads
      message.appendHost32(0)
    } else {
      // Cut to eight bits, MPTCP would be TCP for a kernel that ignores the attribute.
      message.append(contentsOf: [family, UInt8(exactly: `protocol`.rawValue) ?? 0, details.rawValue, ipProtocol])
      message.appendHost32(states.rawValue)
      appendSocketID(to: &message)
    }
    if isLegacy ? `protocol` != .tcp : `protocol`.rawValue > UInt8.max {
      message.appendAttribute(Attribute.protocol, host32: UInt32(`protocol`.rawValue))
    }
    if !bytecode.isEmpty { try message.appendAttribute(Attribute.bytecode, bytecode) }
    // NLA_F_NESTED
    if let storages { try message.appendAttribute(Attribute.storages | 1 << 15, storages) }
  }

  private func appendSocketID(to message: inout [UInt8]) {
    message.appendNetwork16(local.port)
    message.appendNetwork16(remote.port)
    Self.append(local.address, to: &message)
    Self.append(remote.address, to: &message)
    message.appendHost32(interfaceIndex)
    message.appendHost32(UInt32(truncatingIfNeeded: cookie.rawValue))
    message.appendHost32(UInt32(truncatingIfNeeded: cookie.rawValue >> 32))
  }

  /// Appends an address in four words; one of IPv4 stands in the first.
  private static func append(_ address: IPAddress, to message: inout [UInt8]) {
    if address.family == .inet {
      message.appendNetwork32(UInt32(truncatingIfNeeded: address.low))
      message.appendZeros(12)
    } else {
      message.appendNetwork64(address.high)
      message.appendNetwork64(address.low)
    }
  }
}

extension InetRequest {
  /// Decodes a request from a capture.
  ///
  /// - Throws: ``WireError`` if it is shorter than its structure or its attributes are invalid.
  public init(_ message: NetlinkCursor.Message, in bytes: Span<UInt8>) throws(WireError) {
    let isLegacy = message.header.type == .inetDiagLegacy
    let fixed = isLegacy ? LegacyLayout.byteCount : Layout.byteCount
    let payload = message.payload
    let start = payload.lowerBound
    guard payload.count >= fixed, start >= 0, payload.upperBound <= bytes.count else {
      throw WireError(.structureLength, at: start, "a request has \(payload.count) bytes, expected at least \(fixed)")
    }
    let family = AddressFamily(rawValue: bytes[start + Layout.family])
    let form: Form =
      message.header.type == .sockDestroy ? .destroy : message.header.flags.isSuperset(of: .dump) ? .dump : .get
    self.init(
      form, isLegacy ? .tcp : TransportProtocol(rawValue: UInt16(bytes[start + Layout.protocol])),
      family.rawValue == 0 ? nil : family
    )
    if !isLegacy { ipProtocol = bytes[start + Layout.ipProtocol] }
    details = InetDetails(rawValue: bytes[start + (isLegacy ? LegacyLayout.details : Layout.details)])
    states = SocketStateSet(
      rawValue: bytes.host32(at: start + (isLegacy ? LegacyLayout.states : Layout.states)))
    let id = start + (isLegacy ? LegacyLayout.socketID : Layout.socketID)
    local = Self.address(
      family, bytes.network16(at: id + SocketIDLayout.localPort), at: id + SocketIDLayout.localAddress, in: bytes)
    remote = Self.address(
      family, bytes.network16(at: id + SocketIDLayout.remotePort), at: id + SocketIDLayout.remoteAddress, in: bytes)
    interfaceIndex = bytes.host32(at: id + SocketIDLayout.interfaceIndex)
    let low = bytes.host32(at: id + SocketIDLayout.cookie)
    let high = bytes.host32(at: id + SocketIDLayout.cookie + 4)
    cookie = SocketCookie(rawValue: UInt64(low) | UInt64(high) << 32)

    var cursor = NetlinkAttributeCursor(start + fixed..<payload.upperBound)
    while let attribute = try cursor.next(in: bytes) {
      switch (attribute.type, attribute.payload.count) {
      case (Attribute.bytecode, _): bytecode = bytes.array(attribute.payload)
      case (Attribute.storages, _): storages = bytes.array(attribute.payload)
      case (Attribute.protocol, 4):
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

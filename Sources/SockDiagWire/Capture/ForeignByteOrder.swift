/// Translates a packet from the other byte order into the order of this machine.
///
/// A kernel writes netlink in its machine's byte order; only addresses and ports are in network order. So this copies
/// the packet and swaps every number that the decoder reads. The decoder of live replies is not involved and loses no
/// time. Everything that is not decoded stays as captured: the filter program of a request, unknown attributes, members
/// that newer kernels add to a structure.
///
/// Bit fields are affected too: compilers for such machines start with the highest bit of a byte.
struct ForeignByteOrder {
  /// The packet, in this machine's byte order as far as it has been translated.
  private(set) var bytes: [UInt8]

  /// Whether a message's header is valid only after its bytes are swapped.
  ///
  /// The type shows it: all types on a sock_diag socket are below 256. The length only has to be possible.
  static func isForeign(length: UInt32, type: UInt16) -> Bool {
    type >= 0x100 && type.byteSwapped < 0x100 && length.byteSwapped >= NetlinkHeader.byteCount
      && length.byteSwapped <= Pcap.maximumPacketByteCount
  }

  /// Translates a packet. Nothing after an impossible length is translated, because nothing there is decoded.
  ///
  /// - Parameters:
  ///   - range: The range of the packet.
  ///   - bytes: The capture.
  ///   - isRequest: Whether a message with this header is a request.
  ///   - request: What was asked for in the request to which a message with this header replies.
  init(
    _ range: Range<Int>, of bytes: Span<UInt8>, isRequest: (NetlinkHeader) -> Bool,
    request: (NetlinkHeader) -> CapturedRequest
  ) {
    self.bytes = bytes.array(range)
    var offset = 0
    while self.bytes.count - offset >= NetlinkHeader.byteCount {
      translateHeader(offset)
      let header = NetlinkHeader(at: offset, in: self.bytes.span)
      let length = Int(header.length)
      guard length >= NetlinkHeader.byteCount else { return }
      let payload = offset + NetlinkHeader.byteCount..<min(offset + length, self.bytes.count)
      switch header.type {
      case .sockDiagByFamily, .inetDiagLegacy, .sockDestroy:
        if isRequest(header) {
          translateRequest(payload, isLegacy: header.type == .inetDiagLegacy)
        } else {
          translateRecord(payload, request(header))
        }
      case .error: translateError(payload, header.flags)
      case .done:
        swap32(payload.lowerBound, in: payload)
        if header.flags.contains(.extendedAcknowledgement) { translateWords(payload.dropFirst(4)) }
      default: break
      }
      offset += (length + 3) & ~3
    }
  }

  // MARK: Messages

  private mutating func translateHeader(_ start: Int) {
    let header = start..<start + NetlinkHeader.byteCount
    for offset in [0, 8, 12] { swap32(start + offset, in: header) }
    for offset in [4, 6] { swap16(start + offset, in: header) }
  }

  /// The layout of the messages of a family; `nil` for IPv4 and IPv6, and for families that are not decoded.
  private static func layout(of family: AddressFamily) -> RecordLayout? {
    switch family {
    case .netlink: Netlink.layout
    case .unix: Unix.layout
    case .packet: Packet.layout
    case .vsock: VSock.layout
    case .xdp: XDP.layout
    case .tipc: TIPC.layout
    case .smc: SMC.layout
    default: nil
    }
  }

  private mutating func translateRequest(_ payload: Range<Int>, isLegacy: Bool) {
    guard let first = payload.first else { return }
    let family = AddressFamily(rawValue: bytes[first])
    if let layout = Self.layout(of: family) { translate(payload, layout.request) }
    guard family.isInet else { return }
    // Kernel: `struct inet_diag_req_v2`, `struct inet_diag_req`, linux/inet_diag.h.
    let numbers = isLegacy ? [40, 44, 48, 52, 56] : [4, 44, 48, 52]
    for offset in numbers { swap32(payload.lowerBound + offset, in: payload) }
    translateAttributes(payload.dropFirst(isLegacy ? 60 : 56)) { message, type, value in
      switch type {
      case 3: message.swap32(value.lowerBound, in: value)
      // Descriptors of BPF maps. Kernel: SK_DIAG_BPF_STORAGE_REQ_MAP_FD.
      case 2: message.translateAttributes(value) { $0.translateNumber($2, ifIts: $1 == 1) }
      default: break
      }
    }
  }

  private mutating func translateRecord(_ payload: Range<Int>, _ request: CapturedRequest) {
    let family = AddressFamily(ofRecord: payload, answering: request, in: bytes.span)
    if let layout = Self.layout(of: family) {
      translate(payload, layout.record)
      translate(payload.dropFirst(layout.record.reduce(0) { $0 + $1.byteCount }), layout.attributes)
    }
    guard family.isInet, !payload.isEmpty else { return }
    // Kernel: `struct inet_diag_msg`, linux/inet_diag.h.
    for offset in stride(from: 40, to: InetDecoder.fixedByteCount, by: 4) {
      swap32(payload.lowerBound + offset, in: payload)
    }
    let attributes = payload.dropFirst(InetDecoder.fixedByteCount)
    let transport = request.protocol == .unspecified && hasAddresses(attributes) ? .sctp : request.protocol
    translateAttributes(attributes) { message, type, value in
      message.translate(InetAttributeType(rawValue: type), value, transport)
    }
  }

  /// Whether the attributes, which are not translated yet, contain a list of addresses. Only SCTP sends one.
  private func hasAddresses(_ range: Range<Int>) -> Bool {
    var offset = range.lowerBound
    while range.upperBound - offset >= NetlinkAttribute.headerByteCount {
      let length = Int(bytes.span.host16(at: offset).byteSwapped)
      let type = bytes.span.host16(at: offset + 2).byteSwapped & 0x3fff
      if type == InetAttributeType.localAddresses.rawValue { return true }
      guard length >= NetlinkAttribute.headerByteCount, length <= range.upperBound - offset else { return false }
      offset += (length + 3) & ~3
    }
    return false
  }

  /// Kernel: `struct nlmsgerr`, linux/netlink.h.
  private mutating func translateError(_ payload: Range<Int>, _ flags: NetlinkFlags) {
    let fixed = 4 + NetlinkHeader.byteCount
    guard payload.count >= fixed else { return }
    swap32(payload.lowerBound, in: payload)
    translateHeader(payload.lowerBound + 4)
    guard flags.contains(.extendedAcknowledgement) else { return }
    let request = NetlinkHeader(at: payload.lowerBound + 4, in: bytes.span)
    let echoed = flags.contains(.capped) ? NetlinkHeader.byteCount : Int(request.length)
    guard echoed <= payload.count - 4 else { return }
    translateWords(payload.dropFirst(4 + (echoed + 3) & ~3))
  }

  // MARK: Layouts

  /// Translates the members of one structure and returns the offset behind it.
  @discardableResult
  private mutating func translate(_ range: Range<Int>, _ members: [RecordLayout.Member]) -> Int {
    members.reduce(range.lowerBound) { offset, member in
      switch member {
      case .u16: swap16(offset, in: range)
      case .u32: swap32(offset, in: range)
      case .u64: swap64(offset, in: range)
      case .bytes: break
      }
      return offset + member.byteCount
    }
  }

  /// Translates one structure after the other.
  private mutating func translateArray(_ range: Range<Int>, of members: [RecordLayout.Member]) {
    var rest = range
    while !rest.isEmpty { rest = min(translate(rest, members), rest.upperBound)..<rest.upperBound }
  }

  private mutating func translate(_ range: Range<Int>, _ attributes: [UInt16: RecordLayout.Attribute]) {
    translateAttributes(range) { message, type, value in
      switch attributes[type] {
      case .structures(let members): message.translateArray(value, of: members)
      case .longs: message.translateArray(value, of: [value.count.isMultiple(of: 8) ? .u64 : .u32])
      case .nest(let inner): message.translate(value, inner)
      case nil: break
      }
    }
  }

  // MARK: Attributes

  private mutating func translateAttributes(
    _ range: Range<Int>, _ translate: (inout ForeignByteOrder, UInt16, Range<Int>) -> Void
  ) {
    var offset = range.lowerBound
    while range.upperBound - offset >= NetlinkAttribute.headerByteCount {
      swap16(offset, in: range)
      swap16(offset + 2, in: range)
      let length = Int(bytes.span.host16(at: offset))
      guard length >= NetlinkAttribute.headerByteCount, length <= range.upperBound - offset else { return }
      let type = bytes.span.host16(at: offset + 2) & 0x3fff
      translate(&self, type, offset + NetlinkAttribute.headerByteCount..<offset + length)
      offset += (length + 3) & ~3
    }
  }

  /// Attributes that are numbers, or text whose bytes are not swapped.
  private mutating func translateWords(_ range: Range<Int>) {
    translateAttributes(range) { message, type, value in
      // NLMSGERR_ATTR_MSG is text.
      if type != 1, value.count == 4 { message.swap32(value.lowerBound, in: value) }
    }
  }

  private mutating func translate(
    _ type: InetAttributeType?, _ value: Range<Int>, _ protocol: TransportProtocol
  ) {
    switch type {
    case .info where `protocol` == .mptcp: translate(value, MPTCPInfo.members)
    case .info where `protocol` == .sctp: translate(value, SCTPInfo.members)
    case .info where [.tcp, .dccp, .unspecified].contains(`protocol`): translateTCPInfo(value)
    case .localAddresses, .peerAddresses:
      for start in stride(from: value.lowerBound, to: value.upperBound, by: KernelSocketAddress.byteCount) {
        translateAddress(start, in: value)
      }
    case .storages:
      translateAttributes(value) { message, _, storage in
        message.translateAttributes(storage) { $0.translateNumber($2, ifIts: $1 == 2) }
      }
    case .mark, .classID: if value.count == 4 { swap32(value.lowerBound, in: value) }
    case .cgroupID: if value.count == 8 { swap64(value.lowerBound, in: value) }
    case .socketOptions: if value.count == 2 { value.forEach { reverseBits($0) } }
    case .memory where value.count >= 16: swapWords(value.prefix(16))
    case .socketMemory where value.count >= 28: swapWords(value.prefix(36))
    case .vegasInfo where value.count >= 16: swapWords(value.prefix(16))
    case .bbrInfo where value.count >= 20: swapWords(value.prefix(20))
    case .dctcpInfo where value.count >= 16:
      for offset in [0, 2] { swap16(value.lowerBound + offset, in: value) }
      swapWords(value.prefix(16).dropFirst(4))
    case .md5Signatures:
      for start in stride(from: value.lowerBound, to: value.upperBound, by: TCPMD5Key.byteCount) {
        swap16(start + 2, in: value)
      }
    case .upperLayerProtocol: translateUpperLayer(value)
    default: break
    }
  }

  private mutating func translateNumber(_ value: Range<Int>, ifIts isNumber: Bool) {
    if isNumber, value.count == 4 { swap32(value.lowerBound, in: value) }
  }

  /// Members that are cut are not decoded and stay as they are.
  private mutating func translate(_ value: Range<Int>, _ members: [StructureMember]) {
    for member in members {
      let start = value.lowerBound + member.offset
      switch member.kind {
      case .u8: break
      case .u16: swap16(start, in: value)
      case .u32, .s32: swap32(start, in: value)
      case .u64, .long: swap64(start, in: value)
      case .address: translateAddress(start, in: value)
      }
    }
  }

  /// Kernel: `struct sockaddr_storage`.
  private mutating func translateAddress(_ start: Int, in value: Range<Int>) {
    guard start + KernelSocketAddress.byteCount <= value.upperBound else { return }
    swap16(start, in: value)
    guard bytes.span.host16(at: start) == UInt16(AddressFamily.inet6.rawValue) else { return }
    swap32(start + KernelSocketAddress.scope, in: value)
  }

  /// Kernel: `INET_ULP_INFO_*`, `TLS_INFO_*`, `MPTCP_SUBFLOW_ATTR_*`.
  private mutating func translateUpperLayer(_ nest: Range<Int>) {
    translateAttributes(nest) { message, kind, value in
      guard kind == 2 || kind == 3 else { return }
      message.translateAttributes(value) { message, type, number in
        switch (kind, type) {
        case (2, 1...4), (2, 7), (3, 7): message.swap16(number.lowerBound, in: number)
        case (3, 4): message.swap64(number.lowerBound, in: number)
        case (3, 1...3), (3, 5...6), (3, 8): message.swap32(number.lowerBound, in: number)
        default: break
        }
      }
    }
  }

  /// Kernel: `struct tcp_info`, linux/tcp.h. Members that are cut are not decoded and stay as they are.
  private mutating func translateTCPInfo(_ value: Range<Int>) {
    for offset in [6, 7] where offset < value.count {
      let byte = bytes[value.lowerBound + offset]
      // Two nibbles; or one bit, two bits and a rest.
      bytes[value.lowerBound + offset] = offset == 6 ? byte << 4 | byte >> 4 : byte >> 7 | (byte >> 5 & 3) << 1
    }
    for field in TCPInfo.fields {
      let start = value.lowerBound + field.offset
      switch field.width {
      case .u16: swap16(start, in: value)
      case .u32: swap32(start, in: value)
      case .u64: swap64(start, in: value)
      case .u8, .lowNibble, .highNibble, .lowBit, .nextTwoBits: break
      }
    }
    let last = value.lowerBound + AccurateECN.offset
    guard value.upperBound >= last + 4 else { return }
    swap32(last, in: value)
    let word = AccurateECN.word(ofBigEndian: bytes.span.host32(at: last)).littleEndian
    for index in 0..<4 { bytes[last + index] = UInt8(truncatingIfNeeded: word >> UInt32(8 * index)) }
  }

  // MARK: Numbers

  private mutating func reverse(_ start: Int, _ count: Int, in range: Range<Int>) {
    guard start >= range.lowerBound, start + count <= range.upperBound else { return }
    bytes[start..<start + count].reverse()
  }

  private mutating func swap16(_ start: Int, in range: Range<Int>) { reverse(start, 2, in: range) }
  private mutating func swap32(_ start: Int, in range: Range<Int>) { reverse(start, 4, in: range) }
  private mutating func swap64(_ start: Int, in range: Range<Int>) { reverse(start, 8, in: range) }

  private mutating func swapWords(_ range: Range<Int>) {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 4) { swap32(start, in: range) }
  }

  private mutating func reverseBits(_ offset: Int) {
    let byte = bytes[offset]
    bytes[offset] = (0..<8).reduce(0) { $0 << 1 | byte >> UInt8($1) & 1 }
  }
}

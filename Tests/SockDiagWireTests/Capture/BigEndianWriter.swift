/// Converts the messages of a capture to the byte order of a big-endian machine.
///
/// It follows the declarations in the kernel's headers, each as a format line like those of Python's `struct`. It does
/// not use the translator that it tests.
struct BigEndianWriter {
  /// The next member of a structure.
  enum Item {
    /// Bytes that are the same on every machine: single bytes, text, network order.
    case same(Int)
    /// Numbers of this many bytes.
    case number(Int, times: Int = 1)
    /// Bit fields of one number, by their widths in declaration order.
    case bits(Int, [Int])

    var byteCount: Int {
      switch self {
      case .same(let count), .bits(let count, _): count
      case .number(let count, let times): count * times
      }
    }
  }

  private static let nlmsghdr: [Item] = [.number(4), .number(2, times: 2), .number(4, times: 2)]
  /// Family, state, timer, retransmits and the socket's id: two ports, two addresses, interface and cookie.
  private static let inetDiagMessage: [Item] = [
    .same(4), .same(4), .same(32), .number(4, times: 3), .number(4, times: 5),
  ]
  private static let request: [Item] = [.same(4), .number(4), .same(4), .same(32), .number(4, times: 3)]
  private static let legacyRequest: [Item] = [
    .same(4), .same(4), .same(32), .number(4, times: 3), .number(4, times: 2),
  ]
  /// The structures of a family other than IPv4 and IPv6.
  private struct Family {
    var request: [Item]
    var message: [Item]
    var attributes: [UInt16: [Item]]
  }

  /// Families by their numbers. Netlink: `struct netlink_diag_req` and `struct netlink_diag_msg`, linux/netlink_diag.h; the
  /// groups are a bitmap of longs.
  private static let families: [UInt8: Family] = [
    16: Family(
      request: [.same(4), .number(4, times: 4)], message: [.same(4), .number(4, times: 6)],
      attributes: [0: [.number(4, times: 9)], 1: [.number(8, times: 8)], 4: [.number(4)]]),
    // `struct unix_diag_req` and `struct unix_diag_msg`, linux/unix_diag.h.
    1: Family(
      request: [.same(4), .number(4, times: 5)], message: [.same(4), .number(4, times: 3)],
      attributes: [
        1: [.number(4, times: 2)], 2: [.number(4)], 3: [.number(4, times: 64)], 4: [.number(4, times: 2)],
        5: [.number(4, times: 9)], 7: [.number(4)],
      ]),
    // linux/packet_diag.h. The lists are of structures.
    17: Family(
      request: [.same(4), .number(4, times: 4)], message: [.same(2), .number(2), .number(4, times: 3)],
      attributes: [
        0: [.number(4, times: 6)],
        1: Array(repeatElement([.number(4, times: 2), .number(2, times: 2), .same(32)], count: 8).joined()),
        2: [.number(4, times: 7)], 3: [.number(4, times: 7)], 4: [.number(4)], 5: [.number(4)],
        6: [.number(4, times: 9)], 7: Array(repeatElement([.number(2), .same(2), .number(4)], count: 64).joined()),
      ]),
    // linux/tipc_sockets_diag.h. A record has no fixed part, see `tipc`.
    30: Family(request: [.same(4), .number(4)], message: [], attributes: [:]),
    // linux/vm_sockets_diag.h
    40: Family(
      request: [.same(4), .number(4, times: 5)], message: [.same(4), .number(4, times: 7)], attributes: [:]),
    // linux/xdp_diag.h
    44: Family(
      request: [.same(4), .number(4, times: 4)], message: [.same(2), .number(2), .number(4, times: 3)],
      attributes: [
        1: [.number(4, times: 2)], 2: [.number(4)], 3: [.number(4)], 4: [.number(4)],
        5: [.number(8), .number(4, times: 8)], 6: [.number(4)], 7: [.number(4)], 8: [.number(4, times: 9)],
        9: [.number(8, times: 6)],
      ]),
    // linux/smc_diag.h: the id is that of inet sockets; a connection has seven cursors.
    43: Family(
      request: [.same(4), .same(4), .same(32), .number(4, times: 3)],
      message: [.same(4), .same(4), .same(32), .number(4, times: 3), .number(4), .number(8)],
      attributes: [
        1: [.number(4, times: 4)] + cursors(4) + [.same(4)] + cursors(3),
        4: [.number(4), .same(4), .number(8, times: 6)],
        5: [.number(4, times: 2)],
      ]),
  ]
  /// `struct smc_diag_cursor`, some times.
  private static func cursors(_ count: Int) -> [Item] {
    Array(repeatElement([.number(2, times: 2), .number(4)], count: count).joined())
  }
  private static let tcpInfo: [Item] = [
    .same(6), .bits(1, [4, 4]), .bits(1, [1, 2, 5]), .number(4, times: 24), .number(8, times: 4), .number(4, times: 6),
    .number(8, times: 4), .number(4, times: 2), .number(8, times: 2), .number(4, times: 6), .number(2, times: 2),
    .number(4, times: 8), .bits(4, [2, 2, 4, 24]),
  ]

  /// `struct mptcp_info`, linux/mptcp.h.
  private static let mptcpInfo: [Item] = [
    .same(8), .number(4, times: 2), .number(8, times: 3), .same(4), .number(4), .number(8, times: 4), .same(4),
    .number(4, times: 3),
  ]
  /// `struct sockaddr_storage` with an address of IPv4 or IPv6. The scope of the latter is 0.
  private static let socketAddress: [Item] = [.number(2), .same(126)]
  /// `struct sctp_info`, linux/sctp.h.
  private static let sctpInfo: [Item] =
    [.number(4, times: 3), .number(2, times: 4), .number(4, times: 8), .same(2), .number(2), .number(8, times: 14)]
    + socketAddress
    + [.number(4, times: 11), .number(2, times: 2), .number(4, times: 3), .same(4), .number(4, times: 2)]
  /// Structures of `INET_DIAG_INFO`, by the numbers of the protocols in linux/in.h.
  private static let infos: [UInt64: [Item]] = [262: mptcpInfo, 132: sctpInfo]

  /// The protocol that a request asks for.
  private static func requestedProtocol(_ packet: ArraySlice<UInt8>) -> UInt64? {
    let payload = packet.dropFirst(16)
    guard let family = payload.first, [0, 2, 10].contains(family) else { return nil }
    let isLegacy = number(packet.dropFirst(4).prefix(2)) == 18
    var rest = payload.dropFirst(isLegacy ? 60 : 56)
    while rest.count >= 8 {
      if number(rest.dropFirst(2).prefix(2)) == 3 { return number(rest.dropFirst(4).prefix(4)) }
      rest = rest.dropFirst(max((Int(number(rest.prefix(2))) + 3) / 4 * 4, 4))
    }
    return isLegacy ? 6 : payload.dropFirst().first.map(UInt64.init)
  }

  /// Attributes of a reply, by their numbers in linux/inet_diag.h.
  private static let attributes: [UInt16: [Item]] = [
    1: [.number(4, times: 4)], 2: tcpInfo, 3: [.number(4, times: 4)], 7: [.number(4, times: 9)],
    9: [.number(2, times: 2), .number(4, times: 3)], 15: [.number(4)], 16: [.number(4, times: 5)], 17: [.number(4)],
    12: Array(repeatElement(socketAddress, count: 8).joined()),
    13: Array(repeatElement(socketAddress, count: 8).joined()),
    18: Array(repeatElement([.same(2), .number(2), .same(16), .same(80)], count: 8).joined()), 21: [.number(8)],
    22: [.bits(1, [Int](repeating: 1, count: 8)), .bits(1, [1, 1, 1, 5])],
  ]
  /// Attributes of the nests in `INET_DIAG_ULP_INFO`: linux/tls.h, linux/mptcp.h.
  private static let nests: [UInt16: [UInt16: [Item]]] = [
    2: [1: [.number(2)], 2: [.number(2)], 3: [.number(2)], 4: [.number(2)], 7: [.number(2)]],
    3: [
      1: [.number(4)], 2: [.number(4)], 3: [.number(4)], 4: [.number(8)], 5: [.number(4)], 6: [.number(4)],
      7: [.number(2)], 8: [.number(4)],
    ],
  ]

  /// The same capture as from the other machine. The headers of a pcap file stay as they are.
  static func capture(_ bytes: [UInt8]) -> [UInt8] {
    // Microseconds or nanoseconds.
    guard bytes.count >= 24, [[0xd4, 0xc3, 0xb2, 0xa1], [0x4d, 0x3c, 0xb2, 0xa1]].contains(Array(bytes[..<4])) else {
      return messages(bytes[...], isRequest: false)
    }
    var result = Array(bytes[..<24])
    var rest = bytes[24...]
    var transport: UInt64 = 6
    while rest.count >= 32 {
      let length = min(Int(number(rest.dropFirst(8).prefix(4))), rest.count - 16)
      let packet = rest.dropFirst(16).prefix(length)
      let isSockDiag = Array(packet.dropFirst(14).prefix(2)) == [0, 4]
      // A raw packet socket sees "outgoing" for both directions; then NLM_F_REQUEST tells.
      let direction = Array(packet.prefix(2))
      let isRequest = direction == [0, 7] || direction == [0, 4] && (packet.dropFirst(22).first ?? 0) & 1 == 1
      if isRequest, isSockDiag, let requested = requestedProtocol(packet.dropFirst(16)) { transport = requested }
      result += rest.prefix(16) + packet.prefix(16)
      result +=
        isSockDiag
        ? messages(packet.dropFirst(16), isRequest: isRequest, transport) : Array(packet.dropFirst(16))
      rest = rest.dropFirst(16 + length)
    }
    return result + rest
  }

  private static func messages(
    _ bytes: ArraySlice<UInt8>, isRequest: Bool, _ transport: UInt64 = 6
  ) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes
    while rest.count >= 16 {
      let length = Int(number(rest.prefix(4)))
      result += written(rest.prefix(16), nlmsghdr)
      let type = number(rest.dropFirst(4).prefix(2))
      let flags = number(rest.dropFirst(6).prefix(2))
      rest = rest.dropFirst(16)
      guard length >= 16 else { break }
      let payload = rest.prefix(length - 16)
      result += message(payload, type, flags, isRequest: isRequest, transport)
      let padding = rest.dropFirst(payload.count).prefix((length + 3) / 4 * 4 - length)
      result += padding
      rest = rest.dropFirst(payload.count + padding.count)
    }
    return result + rest
  }

  private static func message(
    _ payload: ArraySlice<UInt8>, _ type: UInt64, _ flags: UInt64, isRequest: Bool, _ transport: UInt64
  ) -> [UInt8] {
    let inetAttributes = attributes.merging([2: infos[transport] ?? tcpInfo]) { $1 }
    // NLM_F_ACK_TLVS and, if the request is not repeated in full, NLM_F_CAPPED.
    let hasWords = flags & 0x200 != 0
    let family = payload.first.flatMap { families[$0] }
    switch (type, isRequest) {
    case (2, _):
      guard payload.count >= 20 else { return Array(payload) }
      let request = flags & 0x100 != 0 ? 16 : Int(number(payload.dropFirst(4).prefix(4)))
      let fixed = min(4 + (request + 3) / 4 * 4, payload.count)
      let head = written(payload.prefix(20), [.number(4)] + nlmsghdr) + payload.dropFirst(20).prefix(fixed - 20)
      return head
        + (hasWords
          ? attributes(payload.dropFirst(fixed), [3: [.number(4)], 2: [.number(4)]]) : Array(payload.dropFirst(fixed)))
    case (3, _):
      let head = written(payload.prefix(4), [.number(4)])
      return head + (hasWords ? attributes(payload.dropFirst(4), [2: [.number(4)]]) : Array(payload.dropFirst(4)))
    case (18, true):
      return written(payload.prefix(60), legacyRequest) + attributes(payload.dropFirst(60), [3: [.number(4)]])
    case (20, false) where isTIPC(payload):
      return nested(payload, [2]) { nest in
        nested(nest, [3, 5, 12]) {
          attributes(
            $0,
            [
              0: [.number(4)], 1: [.number(4)], 2: [.number(4)], 3: [.number(4)],
              4: [.number(4)], 5: [.number(4)],
            ])
        }
      }
    case (20, let isRequest):
      if let family {
        if isRequest { return written(payload, family.request) }
        let fixed = family.message.reduce(0) { $0 + $1.byteCount }
        return written(payload.prefix(fixed), family.message) + attributes(payload.dropFirst(fixed), family.attributes)
      }
      return isRequest
        ? written(payload.prefix(56), request) + attributes(payload.dropFirst(56), [3: [.number(4)]])
        : written(payload.prefix(72), inetDiagMessage) + attributes(payload.dropFirst(72), inetAttributes)
    case (21, true):
      return written(payload.prefix(56), request) + attributes(payload.dropFirst(56), [3: [.number(4)]])
    case (18, false):
      return written(payload.prefix(72), inetDiagMessage) + attributes(payload.dropFirst(72), inetAttributes)
    default: return Array(payload)
    }
  }

  /// Whether a record is one of TIPC: one attribute, `TIPC_NLA_SOCK`, that is the whole message.
  private static func isTIPC(_ payload: ArraySlice<UInt8>) -> Bool {
    payload.count >= 4 && number(payload.prefix(2)) == payload.count && number(payload.dropFirst(2).prefix(2)) == 2
  }

  /// Attributes of which some are nests, and the others one or two numbers of 32 bits.
  private static func nested(
    _ bytes: ArraySlice<UInt8>, _ nests: Set<UInt64>, _ write: (ArraySlice<UInt8>) -> [UInt8]
  ) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes
    while rest.count >= 4 {
      let length = Int(number(rest.prefix(2)))
      guard length >= 4, length <= rest.count else { break }
      let value = rest.dropFirst(4).prefix(length - 4)
      let isNest = nests.contains(number(rest.dropFirst(2).prefix(2)) & 0x3fff)
      result += written(rest.prefix(4), [.number(2, times: 2)])
      result += isNest ? write(value) : written(value, [.number(4, times: 2)])
      let padding = rest.dropFirst(length).prefix((length + 3) / 4 * 4 - length)
      result += padding
      rest = rest.dropFirst(length + padding.count)
    }
    return result + rest
  }

  private static func attributes(_ bytes: ArraySlice<UInt8>, _ layouts: [UInt16: [Item]]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes
    while rest.count >= 4 {
      let length = Int(number(rest.prefix(2)))
      let type = UInt16(number(rest.dropFirst(2).prefix(2))) & 0x3fff
      result += written(rest.prefix(4), [.number(2, times: 2)])
      rest = rest.dropFirst(4)
      guard length >= 4, length - 4 <= rest.count else { break }
      let value = rest.prefix(length - 4)
      if type == 19, layouts[21] != nil {
        result += upperLayer(value)
      } else if type == 20, layouts[21] != nil {
        // SK_DIAG_BPF_STORAGE, with the number of its map.
        result += list(value) { _, value in attributes(value, [2: [.number(4)]]) }
      } else {
        result += written(value, fitted(layouts[type] ?? [], value.count))
      }
      let padding = rest.dropFirst(value.count).prefix((length + 3) / 4 * 4 - length)
      result += padding
      rest = rest.dropFirst(value.count + padding.count)
    }
    return result + rest
  }

  /// The kernel's longs have 32 bits on some machines, which an odd number of them shows.
  private static func fitted(_ layout: [Item], _ count: Int) -> [Item] {
    guard layout.count == 1, case .number(8, let times) = layout[0], !count.isMultiple(of: 8) else { return layout }
    return [.number(4, times: 2 * times)]
  }

  private static func upperLayer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    list(bytes) { type, value in nests[type].map { attributes(value, $0) } ?? Array(value) }
  }

  /// Attributes whose values `write` converts.
  private static func list(
    _ bytes: ArraySlice<UInt8>, _ write: (UInt16, ArraySlice<UInt8>) -> [UInt8]
  ) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes
    while rest.count >= 4 {
      let length = Int(number(rest.prefix(2)))
      let type = UInt16(number(rest.dropFirst(2).prefix(2))) & 0x3fff
      result += written(rest.prefix(4), [.number(2, times: 2)])
      rest = rest.dropFirst(4)
      guard length >= 4, length - 4 <= rest.count else { break }
      let value = rest.prefix(length - 4)
      result += write(type, value)
      let padding = rest.dropFirst(value.count).prefix((length + 3) / 4 * 4 - length)
      result += padding
      rest = rest.dropFirst(value.count + padding.count)
    }
    return result + rest
  }

  /// Swaps a structure to big-endian order. Bytes that are incomplete or outside the layout stay as they are.
  static func written(_ bytes: ArraySlice<UInt8>, _ layout: [Item]) -> [UInt8] {
    var result: [UInt8] = []
    var rest = bytes
    for item in layout {
      switch item {
      case .same(let count): result += rest.prefix(count)
      case .number(let count, let times):
        for index in 0..<times {
          let part = rest.dropFirst(index * count).prefix(count)
          result += part.count == count ? Array(part.reversed()) : Array(part)
        }
      case .bits(let count, let widths):
        let part = rest.prefix(count)
        result += part.count == count ? packed(number(part), count, widths) : Array(part)
      }
      rest = bytes.dropFirst(result.count)
    }
    return result + rest
  }

  private static func packed(_ value: UInt64, _ count: Int, _ widths: [Int]) -> [UInt8] {
    var (low, packed) = (value, UInt64(0))
    for width in widths {
      packed = packed << UInt64(width) | low & (1 << UInt64(width) - 1)
      low >>= UInt64(width)
    }
    return (0..<count).map { UInt8(truncatingIfNeeded: packed >> UInt64(8 * (count - 1 - $0))) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

internal import CBindDiagnosis
internal import Glibc
internal import SockDiagWire

/// One rule: it applies its expressions one after the other, and has registers, a match result and a destination.
///
/// Kernel: `NFTA_*`, linux/netfilter/nf_tables.h; net/netfilter/nft_*.c.
struct NetfilterRule {
  /// The verdict of a rule that matches.
  enum End: Equatable {
    /// It sends the packet elsewhere.
    case redirected(String?)
    /// The packet goes on unchanged, or is dropped.
    case left
    case returned
    case goes(String, comesBack: Bool)
  }

  private enum Value {
    /// NFPROTO_IPV4 or _IPV6, in a table of both.
    case family
    case transport
    case port
    /// The first bytes of the packet's destination address, and the mask of the known bits.
    case address(mask: [UInt8])
    /// The type of that address: one of this host.
    case addressType
    case bytes(ArraySlice<UInt8>)
    case unknown
  }

  private(set) var match = NetfilterWalk.Match.yes
  private(set) var end: End?
  private var registers: [UInt64: Value] = [:]
  private let isUDP: Bool
  private let port: UInt16
  private let address: [UInt8]?
  private let isV6: Bool
  private let place: NetfilterRules.Place

  init(_ walk: NetfilterWalk, _ place: NetfilterRules.Place) {
    (isUDP, port, isV6, self.place) = (walk.isUDP, walk.port, walk.isV6, place)
    address = walk.address.map { Self.bytes($0, walk.isV6) }
  }

  typealias Parts = [UInt16: ArraySlice<UInt8>]

  mutating func apply(_ name: String, _ parts: Parts, elements: (NetfilterRules.Place) -> [Parts]?) {
    switch name {
    case "meta":
      // Without a register it sets something.
      guard let register = register(parts[NFTA_META_DREG]) else { break }
      registers[register] =
        parts[NFTA_META_KEY].has(NFT_META_NFPROTO)
        ? .family : parts[NFTA_META_KEY].has(NFT_META_L4PROTO) ? .transport : .unknown
    case "payload": load(parts)
    case "fib":
      guard let register = register(parts[NFTA_FIB_DREG]) else { break }
      let isOfDestination =
        parts[NFTA_FIB_RESULT].has(NFT_FIB_RESULT_ADDRTYPE) && parts[NFTA_FIB_FLAGS].has(NFTA_FIB_F_DADDR)
      registers[register] = isOfDestination ? .addressType : .unknown
    case "bitwise":
      guard let register = register(parts[NFTA_BITWISE_DREG]) else { break }
      if case .address(let bits)? = self.register(parts[NFTA_BITWISE_SREG]).flatMap({ registers[$0] }),
        let mask = Self.value(parts[NFTA_BITWISE_MASK]), mask.count == bits.count
      {
        registers[register] = .address(mask: zip(bits, mask).map { $0 & $1 })
      } else {
        registers[register] = .unknown
      }
    case "cmp":
      match = match && compare(parts[NFTA_CMP_SREG], parts[NFTA_CMP_OP]?.number, Self.value(parts[NFTA_CMP_DATA]) ?? [])
    case "range":
      guard case .port? = self.register(parts[NFTA_RANGE_SREG]).flatMap({ registers[$0] }),
        let low = Self.value(parts[NFTA_RANGE_FROM_DATA])?.number,
        let high = Self.value(parts[NFTA_RANGE_TO_DATA])?.number
      else { match = match && .perhaps; break }
      let isIn = low <= UInt64(port) && UInt64(port) <= high
      match = match && (isIn == parts[NFTA_RANGE_OP].has(NFT_RANGE_EQ) ? .yes : .no)
    case "lookup": look(parts, elements)
    case "immediate":
      guard let register = register(parts[NFTA_IMMEDIATE_DREG]),
        let data = parts[NFTA_IMMEDIATE_DATA].map(NetfilterAttribute.table)
      else { break }
      if register == Self.verdictRegister {
        end = data[NFTA_DATA_VERDICT].flatMap(Self.verdict)
      } else {
        registers[register] = .bytes(data[NFTA_DATA_VALUE] ?? [])
      }
    case "nat":
      // In a table of both families it leaves packets of the other family alone.
      let family = parts[NFTA_NAT_FAMILY]?.number ?? UInt64(NetfilterFamily.inet)
      guard [NetfilterFamily.of(isV6: isV6), NetfilterFamily.inet].map(UInt64.init).contains(family) else { break }
      if parts[NFTA_NAT_TYPE].has(NFT_NAT_DNAT) {
        end = .redirected(destination(parts[NFTA_NAT_REG_ADDR_MIN], parts[NFTA_NAT_REG_PROTO_MIN]))
      }
    case "redir": end = .redirected(destination(nil, parts[NFTA_REDIR_REG_PROTO_MIN]))
    case "match": match = match && ExtensionMatch.matches(parts, isUDP: isUDP, port: port)
    case "target":
      if let target = ExtensionMatch.destination(parts, isV6: isV6, port: port) { end = .redirected(target) }
    case "counter", "log", "comment", "objref", "quota", "notrack", "last": break
    default: match = match && .perhaps
    }
  }

  /// The protocol number of the packet. Kernel: `IPPROTO_TCP`, `IPPROTO_UDP`, linux/in.h.
  private var transport: UInt8 { UInt8(isUDP ? IPPROTO_UDP : IPPROTO_TCP) }

  // MARK: Registers

  private static let verdictRegister = UInt64(NFT_REG_VERDICT.rawValue)

  /// The number of a register of 4 bytes. The four registers of 16 bytes (`NFT_REG_1` to `NFT_REG_4`) share their memory
  /// with those, from `NFT_REG32_00` on.
  private func register(_ bytes: ArraySlice<UInt8>?) -> UInt64? {
    guard let number = bytes?.number else { return nil }
    let wide = UInt64(NFT_REG_1.rawValue)...UInt64(NFT_REG_4.rawValue)
    return wide.contains(number) ? UInt64(NFT_REG32_00.rawValue) + (number - wide.lowerBound) * 4 : number
  }

  /// The value of an attribute that has a nest of `NFTA_DATA_VALUE`.
  private static func value(_ data: ArraySlice<UInt8>?) -> ArraySlice<UInt8>? {
    data.flatMap { NetfilterAttribute.table($0)[NFTA_DATA_VALUE] }
  }

  private mutating func load(_ parts: Parts) {
    guard let register = register(parts[NFTA_PAYLOAD_DREG]), let offset = parts[NFTA_PAYLOAD_OFFSET]?.number,
      let length = parts[NFTA_PAYLOAD_LEN]?.number
    else { return }
    let base = parts[NFTA_PAYLOAD_BASE]
    let fields = isV6 ? PacketField.inIPv6 : PacketField.inIPv4
    if base.has(NFT_PAYLOAD_TRANSPORT_HEADER), offset == PacketField.destinationPort, length == 2 {
      registers[register] = .port
    } else if base.has(NFT_PAYLOAD_NETWORK_HEADER), offset == fields.transport, length == 1 {
      registers[register] = .transport
    } else if base.has(NFT_PAYLOAD_NETWORK_HEADER), offset == fields.destination, (1...16).contains(length) {
      registers[register] = .address(mask: [UInt8](repeating: 0xff, count: Int(length)))
    } else {
      registers[register] = .unknown
    }
  }

  /// Offsets in the headers of a packet.
  private enum PacketField {
    /// `protocol` and `daddr` of `struct iphdr`, linux/ip.h.
    static let inIPv4: (transport: UInt64, destination: UInt64) = (9, 16)
    /// `nexthdr` and `daddr` of `struct ipv6hdr`, linux/ipv6.h.
    static let inIPv6: (transport: UInt64, destination: UInt64) = (6, 24)
    /// `dest` of `struct tcphdr` and `struct udphdr`, linux/tcp.h, linux/udp.h.
    static let destinationPort: UInt64 = 2
  }

  private func compare(
    _ source: ArraySlice<UInt8>?, _ operation: UInt64?, _ wanted: ArraySlice<UInt8>
  ) -> NetfilterWalk.Match {
    guard let operation, let register = register(source), let value = registers[register] else { return .perhaps }
    let (isEqual, isUnequal) = (operation == UInt64(NFT_CMP_EQ.rawValue), operation == UInt64(NFT_CMP_NEQ.rawValue))
    func ordered(_ own: UInt64) -> NetfilterWalk.Match {
      guard let other = wanted.number else { return .perhaps }
      // In the order of `enum nft_cmp_ops`: NFT_CMP_EQ, _NEQ, _LT, _LTE, _GT, _GTE.
      let tests: [Bool] = [own == other, own != other, own < other, own <= other, own > other, own >= other]
      guard operation < tests.count else { return .perhaps }
      return tests[Int(operation)] ? .yes : .no
    }
    switch value {
    case .family: return ordered(UInt64(NetfilterFamily.of(isV6: isV6)))
    case .transport: return ordered(UInt64(transport))
    case .port: return ordered(UInt64(port))
    // In the machine's byte order.
    case .addressType: return isEqual && NetfilterAttribute.host32(wanted, 0) == AddressType.local ? .yes : .perhaps
    case .address(let mask):
      guard isEqual || isUnequal, wanted.count == mask.count else { return .perhaps }
      guard let address else {
        // One address of many; a virtual address, as Kubernetes services have, belongs to no host.
        guard isEqual, mask.count == (isV6 ? 16 : 4), mask.allSatisfy({ $0 == 0xff }) else { return .perhaps }
        return Self.isOfThisHost(Array(wanted), isV6: isV6) ? .perhaps : .no
      }
      let isSame = zip(zip(address, mask), wanted).allSatisfy { $0.0 & $0.1 == $1 }
      return isSame == isEqual ? .yes : .no
    case .bytes, .unknown: return .perhaps
    }
  }

  private mutating func look(_ parts: Parts, _ elements: (NetfilterRules.Place) -> [Parts]?) {
    let set = parts[NFTA_LOOKUP_SET]?.text ?? ""
    let isInverted = parts[NFTA_LOOKUP_FLAGS].has(NFT_LOOKUP_F_INV)
    let target = parts[NFTA_LOOKUP_DREG]
    let isVerdict = target.has(NFT_REG_VERDICT)
    // The result may replace the value that was looked up.
    defer { if let register = register(target), !isVerdict { registers[register] = .unknown } }
    guard let source = register(parts[NFTA_LOOKUP_SREG]), let value = registers[source],
      let all = elements(NetfilterRules.Place(family: place.family, table: place.table, name: set))
    else {
      match = match && .perhaps
      return
    }
    var own: UInt64?
    if case .port = value { own = UInt64(port) }
    if case .transport = value { own = UInt64(transport) }
    // A compound key that contains the port: Kubernetes, Podman.
    let width = all.first.flatMap { Self.key($0)?.count } ?? 0
    if own == nil || width > 2 || registers[source + 1] != nil {
      return lookAtParts(source, width, all, isInverted, isVerdict)
    }
    guard let own else { return }
    let element = Self.element(own, all)
    if isInverted { match = match && (element == nil ? .yes : .no) } else { meet(element, isVerdict, .yes) }
  }

  private mutating func lookAtParts(
    _ source: UInt64, _ width: Int, _ all: [Parts], _ isInverted: Bool, _ isVerdict: Bool
  ) {
    guard !isInverted, width >= 4 else {
      match = match && .perhaps
      return
    }
    var best: (element: Parts, match: NetfilterWalk.Match)?
    for element in all {
      guard let key = Self.key(element).map(Array.init), key.count == width else { continue }
      let last = Self.value(element[NFTA_SET_ELEM_KEY_END]).map(Array.init) ?? key
      var result = NetfilterWalk.Match.yes
      for step in 0..<UInt64(width / 4) {
        let offset = Int(step) * 4
        let (low, high) = (key[offset..<offset + 4], last[offset..<min(offset + 4, last.count)])
        switch registers[source + step] {
        case .transport?: result = result && (low.first == transport ? .yes : .no)
        case .port?:
          let range = (low.prefix(2).number ?? 0, high.prefix(2).number ?? 0)
          result = result && (range.0 <= UInt64(port) && UInt64(port) <= range.1 ? .yes : .no)
        case .address(let mask)? where mask.count == 4:
          if let address {
            result = result && (address.elementsEqual(low) ? .yes : .no)
          } else {
            result = result && (Self.isOfThisHost(Array(low), isV6: false) ? .perhaps : .no)
          }
        // The rest of a wide address.
        case nil: result = result && .perhaps
        default: result = result && .perhaps
        }
      }
      if result == .yes || result == .perhaps && best == nil { best = (element, result) }
    }
    meet(best?.element, isVerdict, best?.match ?? .no)
  }

  private mutating func meet(_ element: Parts?, _ isVerdict: Bool, _ certainty: NetfilterWalk.Match) {
    guard let element else {
      match = .no
      return
    }
    match = match && certainty
    guard isVerdict, let data = element[NFTA_SET_ELEM_DATA].map(NetfilterAttribute.table) else { return }
    if let verdict = data[NFTA_DATA_VERDICT] { end = Self.verdict(verdict) }
  }

  // MARK: Values

  private static func key(_ element: Parts) -> ArraySlice<UInt8>? {
    value(element[NFTA_SET_ELEM_KEY])
  }

  /// The element that contains a number: the number itself, or an interval, which begins at one element and ends before
  /// another.
  private static func element(_ own: UInt64, _ all: [Parts]) -> Parts? {
    let numbered = all.compactMap { element in key(element)?.number.map { (number: $0, element: element) } }
    func isEnd(_ element: Parts) -> Bool {
      (element[NFTA_SET_ELEM_FLAGS]?.number ?? 0) & UInt64(NFT_SET_ELEM_INTERVAL_END.rawValue) != 0
    }
    guard numbered.contains(where: { isEnd($0.element) }) else {
      return numbered.first { $0.number == own }?.element
    }
    // At a boundary between two intervals both elements exist.
    let below = numbered.filter { $0.number <= own }.max {
      ($0.number, isEnd($0.element) ? 0 : 1) < ($1.number, isEnd($1.element) ? 0 : 1)
    }
    return below.flatMap { isEnd($0.element) ? nil : $0.element }
  }

  private static func verdict(_ bytes: ArraySlice<UInt8>) -> End? {
    let parts = NetfilterAttribute.table(bytes)
    guard let code = parts[NFTA_VERDICT_CODE]?.number.map({ Int32(truncatingIfNeeded: $0) }) else { return nil }
    switch code {
    case NFT_CONTINUE.rawValue: return nil
    case NFT_JUMP.rawValue, NFT_GOTO.rawValue:
      return .goes(parts[NFTA_VERDICT_CHAIN]?.text ?? "", comesBack: code == NFT_JUMP.rawValue)
    case NFT_RETURN.rawValue: return .returned
    default: return .left
    }
  }

  private func destination(_ address: ArraySlice<UInt8>?, _ port: ArraySlice<UInt8>?) -> String? {
    func value(_ source: ArraySlice<UInt8>?) -> ArraySlice<UInt8>? {
      guard let register = register(source), case .bytes(let bytes)? = registers[register] else { return nil }
      return bytes
    }
    if address != nil, value(address) == nil || port != nil && value(port) == nil { return nil }
    return Self.text(value(address), value(port)?.prefix(2).number, keeping: self.port)
  }

  /// `172.17.0.2:80`; `:80` for this host. A destination without a port keeps the port of the packet.
  static func text(_ address: ArraySlice<UInt8>?, _ port: UInt64?, keeping own: UInt16) -> String {
    let number = port.flatMap { $0 == 0 ? nil : UInt16(exactly: $0) } ?? own
    guard let address, let place = ip(Array(address)) else { return ":\(number)" }
    return SocketAddress(place, port: number).description
  }

  private static func ip(_ bytes: [UInt8]) -> IPAddress? {
    let slice = bytes[...]
    if bytes.count == 4 { return slice.number.map { IPAddress(v4: UInt32(truncatingIfNeeded: $0)) } }
    guard bytes.count == 16, let high = slice.prefix(8).number, let low = slice.suffix(8).number else { return nil }
    return IPAddress(v6: high, low)
  }

  private static func bytes(_ address: IPAddress, _ isV6: Bool) -> [UInt8] {
    let words = isV6 ? [address.high, address.low] : [address.low << 32]
    let all = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }
    return Array(all.prefix(isV6 ? 16 : 4))
  }

  private static func isOfThisHost(_ bytes: [UInt8], isV6: Bool) -> Bool {
    guard let address = ip(bytes) else { return true }
    let request = BindRequest(.tcp, SocketAddress(address, port: 0), uid: 0)
    return (try? AddressStanding.ofAddressWithoutWaiver(in: request)) != .notLocal
  }
}

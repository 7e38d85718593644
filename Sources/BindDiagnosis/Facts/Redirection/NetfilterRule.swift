internal import SockDiagWire

/// One rule, as its expressions are applied one after the other: what its registers hold, whether it matches, and where it
/// sends the packet.
///
/// Kernel: `NFTA_*`, linux/netfilter/nf_tables.h; net/netfilter/nft_*.c.
struct NetfilterRule {
  /// The verdict of a rule that matches.
  enum End: Equatable {
    /// It sends the packet elsewhere.
    case redirected(String?)
    /// The packet goes on as it is, or nowhere.
    case left
    case returned
    case goes(String, comesBack: Bool)
  }

  private enum Value {
    /// NFPROTO_IPV4 or _IPV6, in a table of both.
    case family
    case transport
    case port
    /// The first bytes of the address that the packet goes to, with the bits that count.
    case address(mask: [UInt8])
    /// What kind of address that is: one of this host.
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
      // NFTA_META_DREG, _KEY; NFT_META_NFPROTO, _L4PROTO. Without a register it sets something.
      let values: [UInt64: Value] = [15: .family, 16: .transport]
      if let register = register(parts[1]) { registers[register] = parts[2]?.number.flatMap { values[$0] } ?? .unknown }
    case "payload": load(parts)
    case "fib":
      // NFTA_FIB_DREG, _RESULT, _FLAGS; NFT_FIB_RESULT_ADDRTYPE of NFTA_FIB_F_DADDR.
      if let register = register(parts[1]) {
        registers[register] = parts[2]?.number == 3 && parts[3]?.number == 2 ? .addressType : .unknown
      }
    case "bitwise":
      guard let register = register(parts[2]) else { break }
      // NFTA_BITWISE_SREG, _MASK with NFTA_DATA_VALUE.
      if case .address(let bits)? = self.register(parts[1]).flatMap({ registers[$0] }),
        let mask = parts[4].flatMap({ NetfilterAttribute.table($0)[1] }), mask.count == bits.count
      {
        registers[register] = .address(mask: zip(bits, mask).map { $0 & $1 })
      } else {
        registers[register] = .unknown
      }
    case "cmp":
      // NFTA_CMP_SREG, _OP, _DATA.
      let value = parts[3].flatMap { NetfilterAttribute.table($0)[1] } ?? []
      match = match && compare(parts[1], parts[2]?.number ?? 99, value)
    case "range":
      // NFTA_RANGE_SREG, _OP, _FROM_DATA, _TO_DATA.
      guard case .port? = self.register(parts[1]).flatMap({ registers[$0] }),
        let low = parts[3].flatMap({ NetfilterAttribute.table($0)[1]?.number }),
        let high = parts[4].flatMap({ NetfilterAttribute.table($0)[1]?.number })
      else { match = match && .perhaps; break }
      let isIn = low <= UInt64(port) && UInt64(port) <= high
      match = match && (isIn == (parts[2]?.number == 0) ? .yes : .no)
    case "lookup": look(parts, elements)
    case "immediate":
      guard let register = register(parts[1]), let data = parts[2].map(NetfilterAttribute.table) else { break }
      if register == 0 { end = data[2].flatMap(Self.verdict) } else { registers[register] = .bytes(data[1] ?? []) }
    case "nat":
      // NFTA_NAT_TYPE, NFT_NAT_DNAT; NFTA_NAT_FAMILY, _REG_ADDR_MIN, _REG_PROTO_MIN. In a table of both families it leaves
      // packets of the other one alone.
      guard [isV6 ? 10 : 2, 1].contains(parts[2]?.number ?? 1) else { break }
      if parts[1]?.number == 1 { end = .redirected(destination(parts[3], parts[5])) }
    case "redir": end = .redirected(destination(nil, parts[1]))
    case "match": match = match && ExtensionMatch.matches(parts, isUDP: isUDP, port: port)
    case "target":
      if let target = ExtensionMatch.destination(parts, isV6: isV6, port: port) { end = .redirected(target) }
    case "counter", "log", "comment", "objref", "quota", "notrack", "last": break
    default: match = match && .perhaps
    }
  }

  // MARK: Registers

  /// A register by its number of 4 bytes: the four of 16 bytes lie over the others.
  private func register(_ bytes: ArraySlice<UInt8>?) -> UInt64? {
    guard let number = bytes?.number else { return nil }
    return (1...4).contains(number) ? 8 + (number - 1) * 4 : number
  }

  private mutating func load(_ parts: Parts) {
    // NFTA_PAYLOAD_DREG, _BASE, _OFFSET, _LEN.
    guard let register = register(parts[1]), let base = parts[2]?.number, let offset = parts[3]?.number,
      let length = parts[4]?.number
    else { return }
    let destination: UInt64 = isV6 ? 24 : 16
    switch (base, offset, length) {
    case (2, 2, 2): registers[register] = .port
    case (1, isV6 ? 6 : 9, 1): registers[register] = .transport
    case (1, destination, 1...16):
      registers[register] = .address(mask: [UInt8](repeating: 0xff, count: Int(length)))
    default: registers[register] = .unknown
    }
  }

  private func compare(
    _ source: ArraySlice<UInt8>?, _ operation: UInt64, _ wanted: ArraySlice<UInt8>
  ) -> NetfilterWalk.Match {
    guard let register = register(source), let value = registers[register] else { return .perhaps }
    func ordered(_ own: UInt64) -> NetfilterWalk.Match {
      guard let other = wanted.number else { return .perhaps }
      // NFT_CMP_EQ, _NEQ, _LT, _LTE, _GT, _GTE.
      let tests: [Bool] = [own == other, own != other, own < other, own <= other, own > other, own >= other]
      guard operation < tests.count else { return .perhaps }
      return tests[Int(operation)] ? .yes : .no
    }
    switch value {
    case .family: return ordered(isV6 ? 10 : 2)
    case .transport: return ordered(isUDP ? 17 : 6)
    case .port: return ordered(UInt64(port))
    // RTN_LOCAL, by the machine's byte order.
    case .addressType: return operation == 0 && NetfilterAttribute.host32(wanted, 0) == 2 ? .yes : .perhaps
    case .address(let mask):
      guard operation <= 1, wanted.count == mask.count else { return .perhaps }
      guard let address else {
        // One address of many; of a virtual one, as services of Kubernetes have, no host is the owner.
        guard operation == 0, mask.count == (isV6 ? 16 : 4), mask.allSatisfy({ $0 == 0xff }) else { return .perhaps }
        return Self.isOfThisHost(Array(wanted), isV6: isV6) ? .perhaps : .no
      }
      let isSame = zip(zip(address, mask), wanted).allSatisfy { $0.0 & $0.1 == $1 }
      return isSame == (operation == 0) ? .yes : .no
    case .bytes, .unknown: return .perhaps
    }
  }

  private mutating func look(_ parts: Parts, _ elements: (NetfilterRules.Place) -> [Parts]?) {
    // NFTA_LOOKUP_SET, _SREG, _DREG, _FLAGS.
    let set = parts[1]?.text ?? ""
    let isInverted = parts[5]?.number == 1
    let isVerdict = parts[3]?.number == 0
    // What it finds may go where what it looked for was.
    defer { if let register = register(parts[3]), !isVerdict { registers[register] = .unknown } }
    guard let source = register(parts[2]), let value = registers[source],
      let all = elements(NetfilterRules.Place(family: place.family, table: place.table, name: set))
    else {
      match = match && .perhaps
      return
    }
    var own: UInt64?
    if case .port = value { own = UInt64(port) }
    if case .transport = value { own = isUDP ? 17 : 6 }
    // A key of several parts, of which the port is one: Kubernetes, Podman.
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
      let last = element[10].flatMap { NetfilterAttribute.table($0)[1] }.map(Array.init) ?? key
      var result = NetfilterWalk.Match.yes
      for step in 0..<UInt64(width / 4) {
        let offset = Int(step) * 4
        let (low, high) = (key[offset..<offset + 4], last[offset..<min(offset + 4, last.count)])
        switch registers[source + step] {
        case .transport?: result = result && (low.first == (isUDP ? 17 : 6) ? .yes : .no)
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
    // NFTA_SET_ELEM_DATA with NFTA_DATA_VERDICT.
    if isVerdict, let data = element[2].map(NetfilterAttribute.table)?[2] { end = Self.verdict(data) }
  }

  // MARK: Values

  private static func key(_ element: Parts) -> ArraySlice<UInt8>? {
    element[1].flatMap { NetfilterAttribute.table($0)[1] }
  }

  /// The element that has a number: itself, or in an interval, which begins at one element and ends before another.
  private static func element(_ own: UInt64, _ all: [Parts]) -> Parts? {
    let numbered = all.compactMap { element in key(element)?.number.map { (number: $0, element: element) } }
    func isEnd(_ element: Parts) -> Bool { (element[3]?.number ?? 0) & 1 != 0 }
    guard numbered.contains(where: { isEnd($0.element) }) else {
      return numbered.first { $0.number == own }?.element
    }
    // Where one interval ends and the next begins, both are there.
    let below = numbered.filter { $0.number <= own }.max {
      ($0.number, isEnd($0.element) ? 0 : 1) < ($1.number, isEnd($1.element) ? 0 : 1)
    }
    return below.flatMap { isEnd($0.element) ? nil : $0.element }
  }

  /// NFTA_VERDICT_CODE, _CHAIN.
  private static func verdict(_ bytes: ArraySlice<UInt8>) -> End? {
    let parts = NetfilterAttribute.table(bytes)
    guard let code = parts[1]?.number.map({ Int32(truncatingIfNeeded: $0) }) else { return nil }
    switch code {
    case -1: return nil
    case -3, -4: return .goes(parts[2]?.text ?? "", comesBack: code == -3)
    case -5: return .returned
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

  /// `172.17.0.2:80`; `:80` for this host. A destination without a port keeps the one that was asked for.
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

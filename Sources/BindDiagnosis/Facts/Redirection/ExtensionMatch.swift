internal import CBindDiagnosis

/// The iptables matches and targets that its nf_tables variant puts into rules unchanged.
///
/// Kernel: linux/netfilter/xt_tcpudp.h, xt_multiport.h, xt_addrtype.h; linux/netfilter/nf_nat.h. Numbers are in host
/// order, except ports and addresses of translations.
enum ExtensionMatch {
  /// Whether a match holds for a packet to the port.
  static func matches(_ parts: NetfilterRule.Parts, isUDP: Bool, port: UInt16) -> NetfilterWalk.Match {
    let (name, info) = (parts[NFTA_MATCH_NAME]?.text, parts[NFTA_MATCH_INFO] ?? [])
    func word(_ offset: Int) -> UInt16 { NetfilterAttribute.host16(info, offset) }
    func byte(_ offset: Int) -> UInt8 { info.dropFirst(offset).first ?? 0 }
    switch name {
    case "comment": return .yes
    case "tcp", "udp":
      if (name == "udp") != isUDP { return .no }
      guard info.count >= 9 else { return .perhaps }
      // spts, dpts; three more bytes for tcp; invflags. An inverted source port is not supported.
      let inversion = byte(isUDP ? 8 : 11)
      let isIn = word(4) <= port && port <= word(6)
      if isIn == (inversion & 2 != 0) { return .no }
      let hasMore = word(0) != 0 || word(2) != .max || inversion & ~2 != 0 || !isUDP && (byte(8) | byte(9)) != 0
      return hasMore ? .perhaps : .yes
    case "multiport":
      // flags, count, 15 ports, 15 marks of ranges, invert; XT_MULTIPORT_DESTINATION is 1, _EITHER is 2.
      guard byte(0) == 1 || byte(0) == 2, info.count >= 48 else { return .perhaps }
      var (isIn, index) = (false, 0)
      while index < min(Int(byte(1)), 15) {
        let isRange = byte(32 + index) != 0 && index < 14
        let (low, high) = (word(2 + 2 * index), word(2 + 2 * (isRange ? index + 1 : index)))
        if low <= port, port <= high { isIn = true }
        index += isRange ? 2 : 1
      }
      let holds = isIn != (byte(47) != 0)
      return holds ? (byte(0) == 1 ? .yes : .perhaps) : byte(0) == 1 ? .no : .perhaps
    case "addrtype":
      // The packet goes to an address of this host: bit RTN_LOCAL, and no other condition.
      let isLocal =
        parts[NFTA_MATCH_REV]?.number == 1 && word(0) == 0 && word(2) == 1 << AddressType.local
        && NetfilterAttribute.host32(info, 4) == 0
      return isLocal ? .yes : .perhaps
    default: return .perhaps
    }
  }

  /// Where a target sends a packet; `nil` if the target sends it nowhere else, an inner `nil` if the place is unknown.
  static func destination(_ parts: NetfilterRule.Parts, isV6: Bool, port own: UInt16) -> String?? {
    guard let name = parts[NFTA_TARGET_NAME]?.text, name == "DNAT" || name == "REDIRECT",
      let info = parts[NFTA_TARGET_INFO]
    else { return nil }
    // Revision 0 of IPv4: a number of ranges, each with flags, two addresses of 4 bytes, two ports. All other revisions
    // have 16 bytes.
    let isOld = parts[NFTA_TARGET_REV]?.number == 0 && !isV6
    let (start, port) = isOld ? (8, 16) : (4, 36)
    guard info.count >= port + 2 else { return .some(nil) }
    let number = info.dropFirst(port).prefix(2).number
    if name == "REDIRECT" { return NetfilterRule.text(nil, number, keeping: own) }
    return NetfilterRule.text(info.dropFirst(start).prefix(isV6 ? 16 : 4), number, keeping: own)
  }
}

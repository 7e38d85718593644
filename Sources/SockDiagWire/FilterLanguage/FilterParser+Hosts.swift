extension FilterParser {
  // MARK: Ports

  /// Parses what follows `sport` or `dport`.
  mutating func parsePortCondition(_ word: FilterToken) throws(FilterError) -> FilterNode {
    let end: SocketEnd = word.text == "sport" ? .local : .remote
    let comparison = takeComparison()
    let value = try takeValue("a port, such as :80,")
    let digits = value.text.hasPrefix(":") ? value.text.dropFirst() : value.text[...]
    let ports = try self.ports(digits, value)
    switch comparison {
    case nil, .equal: return .condition(.ports(end, ports))
    case .unequal: return .condition(.ports(end, ports.complement))
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      guard let port = ports.singlePort else {
        throw error(at: value, "\(Self.quote(value.text)) is more than one port; compare lists and ranges with = or !=")
      }
      let filterPort = FilterPort(end: end)
      return switch comparison {
      case .less: (filterPort < port).node
      case .lessOrEqual: (filterPort <= port).node
      case .greater: (filterPort > port).node
      default: (filterPort >= port).node
      }
    }
  }

  /// Reads ports: `80`, `http`, `80,443`, `1000-2000`, `*`.
  private func ports(_ text: Substring, _ token: FilterToken) throws(FilterError) -> PortSet {
    if text == "*" { return .all }
    var ranges: [ClosedRange<UInt16>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      ranges += try portRanges(part, token)
    }
    return PortSet(ranges)
  }

  private func portRanges(_ text: Substring, _ token: FilterToken) throws(FilterError) -> [ClosedRange<UInt16>] {
    guard !text.isEmpty else {
      throw error(at: token, "\(Self.quote(token.text)) lacks a port; write it as :80, :80,443 or :1000-2000")
    }
    // Service names may contain hyphens and may begin with a digit.
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    if ends.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }) {
      guard let low = UInt16(ends[0]), let high = UInt16(ends[ends.count - 1]) else {
        throw error(at: token, "\(Self.quote(text)) is not a port; ports are 0 to 65535")
      }
      guard low <= high else {
        throw error(at: token, "the range \(Self.quote(text)) is empty; write the lower port first, \(high)-\(low)")
      }
      return [low...high]
    }
    let name = String(text)
    if name.contains(".") || name.contains(":") || name.contains("[") {
      throw error(at: token, "\(Self.quote(name)) is not a port; addresses are written behind src and dst")
    }
    return try lookUp(token, name) { names throws(FilterNameFailure) in try names.ports(ofService: name) }
      .map { $0...$0 }
  }

  // MARK: Hosts

  /// Parses what follows `src` or `dst`.
  mutating func parseHostCondition(_ word: FilterToken) throws(FilterError) -> FilterNode {
    let isNegated = try takeEquality(of: word.text)
    let value = try takeValue("an address, such as 10.0.0.0/8 or [::1]:80,")
    let node = try host(value, word.text == "src" ? .local : .remote)
    return isNegated ? .not(node) : node
  }

  /// Reads `[FAMILY:]ADDRESS[%INTERFACE][/LENGTH][:PORTS]`, an IPv6 address with ports in brackets.
  private func host(_ token: FilterToken, _ end: SocketEnd) throws(FilterError) -> FilterNode {
    if let other = try familyEnd(token) { return .condition(.end(end, other)) }
    var text = token.text[...]
    var terms: [FilterNode] = []
    var family: AddressFamily?
    for (prefix, named) in [("inet:", AddressFamily.inet), ("inet6:", .inet6)] where text.hasPrefix(prefix) {
      text = text.dropFirst(prefix.count)
      family = named
      terms.append(.condition(.family(named)))
    }
    // Empty quotes or brackets, for example from a script with an empty variable, do not mean every socket.
    if text.isEmpty || text.hasPrefix("[]") || text.hasPrefix("[%") {
      throw error(at: token, "the address is empty; write one, or * for any")
    }
    var (address, ports) = try split(text, token)
    if let percent = address.firstIndex(of: "%") {
      // In fe80::1%eth0/64 the scope ends where the length begins.
      let slash = address[percent...].firstIndex(of: "/") ?? address.endIndex
      let interface = String(address[address.index(after: percent)..<slash])
      if interface.isEmpty {
        throw error(at: token, "\(Self.quote(address)) lacks an interface behind the '%'; write it as fe80::1%eth0")
      }
      terms.append(.condition(.interface(try interfaceIndex(interface, token))))
      address = address[..<percent] + address[slash...]
    }
    if !["", "*", "any", "all", "default"].contains(address) {
      let prefixes = try prefixes(String(address), family, token)
      terms.append(.disjunction(prefixes.map { .condition(.address(end, $0)) }))
    }
    if let ports { terms.append(.condition(.ports(end, try self.ports(ports, token)))) }
    return .conjunction(terms)
  }

  /// Reads `FAMILY:…` of a family that has addresses of its own; `nil` for any other word.
  private func familyEnd(_ token: FilterToken) throws(FilterError) -> FamilyEnd? {
    guard let colon = token.text.firstIndex(of: ":") else { return nil }
    return switch token.text[..<colon] {
    case "netlink": try netlinkEnd(token)
    case "link": try linkEnd(token)
    case "vsock": try vsockEnd(token)
    case "unix": try unixEnd(token)
    default: nil
    }
  }

  /// The address without brackets, and the ports after its colon.
  private func split(_ text: Substring, _ token: FilterToken) throws(FilterError) -> (Substring, ports: Substring?) {
    if text.hasPrefix("[") {
      guard let bracket = text.firstIndex(of: "]") else {
        throw error(at: token, "\(Self.quote(text)) lacks a ']' behind the address; write it as [::1]:80")
      }
      let address = text[text.index(after: text.startIndex)..<bracket]
      let rest = text[text.index(after: bracket)...]
      guard rest.isEmpty || ":/%".contains(rest[rest.startIndex]) else {
        throw error(at: token, "\(Self.quote(text)) goes on behind the ']'; write a port as [::1]:80")
      }
      guard let colon = rest.firstIndex(of: ":") else { return (address + rest, nil) }
      return (address + rest[..<colon], rest[rest.index(after: colon)...])
    }
    // Several colons mean an IPv6 address; after a prefix length, a colon begins the ports.
    let slash = text.firstIndex(of: "/")
    let tail = slash.map { text[$0...] } ?? text[...]
    guard let colon = tail.lastIndex(of: ":"), slash != nil || text.firstIndex(of: ":") == colon else {
      return (text, nil)
    }
    return (text[..<colon], text[text.index(after: colon)...])
  }

  private func prefixes(
    _ text: String, _ family: AddressFamily?, _ token: FilterToken
  ) throws(FilterError) -> [AddressPrefix] {
    if let prefix = AddressPrefix(text) {
      guard family == nil || prefix.address.family == family else {
        throw error(at: token, "\(Self.quote(text)) is not an address of the family that stands before it")
      }
      return [prefix]
    }
    if text.contains("/") {
      throw error(at: token, "\(Self.quote(text)) is not a prefix; write it as 10.0.0.0/8 or fe80::/10")
    }
    if text.contains(":") {
      throw error(at: token, "\(Self.quote(text)) is not an address; write one of IPv6 with a port as [::1]:80")
    }
    if text.utf8.allSatisfy(\.isDigit) {
      throw error(
        at: token, "\(Self.quote(text)) is not an address; write a port with a colon before it, an address in full")
    }
    // A resolver reads 10.1 as 10.0.0.1, which a person would not expect.
    if text.utf8.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }) {
      throw error(
        at: token, "\(Self.quote(text)) is not an address; write four numbers up to 255, or a prefix such as 10.1/16")
    }
    let addresses = try lookUp(token, text) { names throws(FilterNameFailure) in try names.addresses(ofHost: text) }
      .filter { family == nil || $0.family == family }
    if addresses.isEmpty { throw error(at: token, "\(Self.quote(text)) has no address of the family before it") }
    return addresses.map { AddressPrefix($0) }
  }
}

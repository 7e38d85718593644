extension FilterParser {
  /// Reads `netlink:PROTOCOL[:PORT]`. The protocol is a name or a number, or `*` for any; the port is `kernel`, a port id, or
  /// `*` for any.
  func netlinkEnd(_ token: FilterToken) throws(FilterError) -> FamilyEnd {
    let parts = token.text.dropFirst("netlink:".count).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first ?? ""
    var family: NetlinkFamily?
    if name != "*" {
      guard !name.isEmpty, let known = NetlinkFamily(name: name) else {
        let suggestion = NearestNames.suggestion(
          for: String(name), among: NetlinkFamily.allNames, otherwise: "write its number, or * for any")
        throw error(at: token, "\(Self.quote(name)) is not a netlink protocol; \(suggestion)")
      }
      family = known
    }
    guard parts.count > 1, parts[1] != "*" else { return .netlink(family, portID: nil) }
    guard let portID = parts[1] == "kernel" ? 0 : parts[1].utf8.allSatisfy(\.isDigit) ? UInt32(parts[1]) : nil else {
      throw error(at: token, "\(Self.quote(parts[1])) is not a netlink port id; write a number, kernel, or * for any")
    }
    return .netlink(family, portID: portID)
  }
}

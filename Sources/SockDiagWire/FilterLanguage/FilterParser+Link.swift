extension FilterParser {
  /// Reads `link:PROTOCOL[:INTERFACE]`. The protocol is a name or a number, or `*` for any; the interface is its name or its
  /// index, or `*` for any.
  func linkEnd(_ token: FilterToken) throws(FilterError) -> FamilyEnd {
    let parts = token.text.dropFirst("link:".count).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first ?? ""
    var `protocol`: LinkProtocol?
    // As in ss, an empty part is any.
    if name != "*", !name.isEmpty {
      guard let known = LinkProtocol(name: name) else {
        let suggestion = NearestNames.suggestion(
          for: String(name), among: LinkProtocol.allNames, otherwise: "write its number, or * for any")
        throw error(at: token, "\(Self.quote(name)) is not a protocol of packets; \(suggestion)")
      }
      `protocol` = known
    }
    guard parts.count > 1, parts[1] != "*", !parts[1].isEmpty else { return .link(`protocol`, interface: nil) }
    return .link(`protocol`, interface: try interfaceIndex(String(parts[1]), token))
  }
}

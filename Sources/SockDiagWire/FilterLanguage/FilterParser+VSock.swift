extension FilterParser {
  /// Reads `vsock:CID[:PORT]`. The context id is a number or one of the names of well-known machines; `*` is any, for the
  /// port as well.
  func vsockEnd(_ token: FilterToken) throws(FilterError) -> FamilyEnd {
    let parts = token.text.dropFirst("vsock:".count).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first ?? ""
    var cid: UInt32?
    // As in ss, an empty part is any.
    if name != "*", !name.isEmpty {
      guard let known = VSockAddress.contextID(named: name) else {
        throw error(
          at: token,
          "\(Self.quote(name)) is not a context id; write a number, host, local or hypervisor, or * for any")
      }
      cid = known
    }
    guard parts.count > 1, parts[1] != "*", !parts[1].isEmpty else { return .vsock(cid: cid, port: nil) }
    guard parts[1].utf8.allSatisfy(\.isDigit), let port = UInt32(parts[1]) else {
      throw error(
        at: token, "\(Self.quote(parts[1])) is not a vsock port; write a number up to 4294967295, or * for any")
    }
    return .vsock(cid: cid, port: port)
  }
}

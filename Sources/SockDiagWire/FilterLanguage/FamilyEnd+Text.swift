extension FamilyEnd: CustomStringConvertible {
  /// The end as the language writes it, without quotes. Allocates.
  package var description: String {
    switch self {
    case .netlink(let family, let portID):
      Self.text("netlink", family.map { "\($0)" }, portID.map { $0 == 0 ? "kernel" : "\($0)" })
    case .link(let `protocol`, let interface):
      Self.text("link", `protocol`.map { "\($0.rawValue)" }, interface.map { "\($0)" })
    case .vsock(let cid, let port): Self.text("vsock", cid.map { "\($0)" }, port.map { "\($0)" })
    case .unix(let pattern): "unix:\(pattern)"
    }
  }

  private static func text(_ family: String, _ first: String?, _ second: String?) -> String {
    "\(family):\(first ?? "*")\(second.map { ":\($0)" } ?? "")"
  }
}

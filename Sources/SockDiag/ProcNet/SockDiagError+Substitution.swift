public import SockDiagWire

extension SockDiagError {
  /// A sentence about a list that came from `/proc/net` because of this error: the reason, what the list lacks, and the
  /// remedy.
  ///
  /// - Parameter transport: The protocol of the list. TCP and UDP, which are mostly listed together, have the same
  ///   sentence, unless their handlers are missing.
  public func remarkOnSubstitution(for transport: TransportProtocol) -> String {
    let isCommon = transport == .tcp || transport == .udp
    let handler = SocketHandler.handler(of: transport)
    return remark(
      name: "\(transport)", module: handler?.module ?? "\(transport)_diag",
      table: isCommon ? "/proc/net" : "/proc/net/\(handler?.procNetTable ?? "\(transport)")",
      lacks: isCommon
        ? "TCP sockets that are only bound, interfaces and IPV6_V6ONLY" : "cookies, interfaces and IPV6_V6ONLY")
  }

  /// The same about a list of another family.
  public func remarkOnSubstitution(for family: AddressFamily) -> String {
    let handler = SocketHandler.handler(of: family)
    let lacks =
      switch family {
      case .unix: "peers, queues, users and cookies"
      case .netlink: "destinations, options, cookies and groups above 32"
      case .packet: "rings, fanout groups, memberships, filters and cookies"
      default: "most details"
      }
    return remark(
      name: handler?.name ?? "\(family)", module: handler?.module ?? "\(family)_diag",
      table: "/proc/net/\(handler?.procNetTable ?? "\(family)")", lacks: lacks)
  }

  private func remark(name: String, module: String, table: String, lacks: String) -> String {
    let (reason, suggestion) =
      switch code {
      case .netlinkForbidden: ("netlink is forbidden here", self.suggestion)
      case .namespaceForbidden: ("this user may not enter the network namespace", self.suggestion)
      case .missingSockDiag: ("the kernel has no sock_diag", "use a kernel built with CONFIG_INET_DIAG")
      default: ("the kernel has no sock_diag handler for \(name)", "load the module \(module)")
      }
    return "\(reason), so \(table) was read; it lacks \(lacks)" + (suggestion.map { "; \($0)" } ?? "")
  }
}

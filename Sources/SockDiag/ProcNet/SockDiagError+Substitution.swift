public import SockDiagWire

extension SockDiagError {
  /// A sentence about a list that came from `/proc/net` because of this error: the reason, what the list lacks, and the
  /// remedy.
  ///
  /// - Parameter transport: The protocol of the list. It matters only for a missing handler; otherwise lists of several
  ///   protocols have the same sentence.
  public func remarkOnSubstitution(for transport: TransportProtocol) -> String {
    let (reason, cure) =
      switch code {
      case .netlinkForbidden: ("netlink is forbidden here", self.cure)
      case .missingSockDiag: ("the kernel has no sock_diag", "use a kernel built with CONFIG_INET_DIAG")
      default: ("the kernel has no sock_diag handler for \(transport)", "load the module \(transport)_diag")
      }
    return "\(reason), so /proc/net was read; it lacks TCP sockets that are only bound, interfaces and IPV6_V6ONLY"
      + (cure.map { "; \($0)" } ?? "")
  }
}

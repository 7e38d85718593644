public import SockDiagWire

extension SockDiagError {
  /// A sentence about a list that came from `/proc/net` because of this error: the reason, what the list lacks, and the
  /// remedy.
  ///
  /// - Parameter transport: The protocol of the list. It matters only for a missing handler; otherwise lists of several
  ///   protocols have the same sentence.
  public func remarkOnSubstitution(for transport: TransportProtocol) -> String {
    var missing = "TCP sockets that are only bound, interfaces and IPV6_V6ONLY"
    let reason: String
    var cure = cure
    switch code {
    case .netlinkForbidden: reason = "netlink is forbidden here"
    case .missingSockDiag:
      reason = "the kernel has no sock_diag"
      cure = "use a kernel built with CONFIG_INET_DIAG"
    default:
      reason = "the kernel has no sock_diag handler for \(transport)"
      cure = "load the module \(transport == .udpLite ? "udp" : "\(transport)")_diag"
      if transport == .udpLite || transport == .raw { missing = "cookies, interfaces and IPV6_V6ONLY" }
    }
    return "\(reason), so /proc/net was read; it lacks \(missing)" + (cure.map { "; \($0)" } ?? "")
  }
}

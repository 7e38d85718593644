extension SocketFilter {
  /// Whether a TCP or UDP socket passes the filter; `nil` if its record is not enough to decide.
  ///
  /// The same as the generic function, compiled for this type: a query may look at a million records.
  public func evaluate(_ socket: InetSocket, holders: [FilterHolder]? = nil) -> Bool? { node.evaluate(socket, holders) }

  /// Whether the filter compares firewall marks, which the kernel reports to readers with CAP_NET_ADMIN only.
  package var namesMarks: Bool {
    node.contains { if case .mark = $0 { true } else { false } }
  }
}

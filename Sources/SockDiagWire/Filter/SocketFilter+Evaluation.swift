extension SocketFilter {
  /// Whether a socket passes the filter; `nil` if its record is not enough to decide.
  ///
  /// The meaning is exactly that of the kernel's filter: an IPv4 prefix matches mapped addresses, a port condition
  /// treats port 0 like any other port, and a TIME_WAIT or SYN_RECV record has cgroup 0 and is autobound. A value that
  /// the record lacks is unknown rather than false, so that neither a condition nor its negation holds. This applies to
  /// `autobound` of any socket that still has its options, to a mark or a cgroup that was not reported, and to the
  /// interface in `/proc/net`.
  ///
  /// - Complexity: O(n) in the length of the filter; ports in a list take O(log n). Allocates nothing.
  ///
  /// - Parameters:
  ///   - socket: The socket.
  ///   - holders: The processes that hold it; `nil` if they were not searched, and then a condition on them is
  ///     undecided.
  public func evaluate(_ socket: InetSocket, holders: [FilterHolder]? = nil) -> Bool? { node.evaluate(socket, holders) }
}

extension FilterNode {
  func evaluate(_ socket: InetSocket, _ holders: [FilterHolder]?) -> Bool? {
    switch self {
    case .condition(let condition): return condition.evaluate(socket, holders)
    case .not(let node): return node.evaluate(socket, holders).map { !$0 }
    case .all(let nodes):
      var result: Bool? = true
      for node in nodes {
        switch node.evaluate(socket, holders) {
        case false: return false
        case nil: result = nil
        case true: continue
        }
      }
      return result
    case .any(let nodes):
      var result: Bool? = false
      for node in nodes {
        switch node.evaluate(socket, holders) {
        case true: return true
        case nil: result = nil
        case false: continue
        }
      }
      return result
    }
  }
}

extension FilterCondition {
  func evaluate(_ socket: InetSocket, _ holders: [FilterHolder]?) -> Bool? {
    switch self {
    case .states(let states): states == .everyState || states.contains(state: socket.state)
    case .ports(.local, let ports): ports.contains(socket.local.port)
    case .ports(.remote, let ports): ports.contains(socket.remote.port)
    case .address(.local, let prefix): prefix.contains(socket.local.address)
    case .address(.remote, let prefix): prefix.contains(socket.remote.address)
    case .family(let family): socket.family == family
    case .interface(let index): socket.source == .procNet ? nil : socket.interfaceIndex == index
    // Known for any mark, even one that was not reported.
    case .mark(let value, let mask) where value & ~mask != 0: false
    case .mark(_, mask: 0): true
    case .mark(let value, let mask): socket.mark.map { $0 & mask == value }
    case .cgroup(let id): (socket.cgroupID ?? (socket.isMinisocket ? 0 : nil)).map { $0 == id }
    case .autobound: socket.isMinisocket ? true : nil
    case .holder(let test): holders.map(test.evaluate)
    case .figure(let figure, let range):
      switch figure.read(socket) {
      case .value(let value): range.contains(value)
      case .none: false
      case .unknown: nil
      }
    }
  }
}

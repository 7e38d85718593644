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
  public func evaluate<Socket: FilterSubject>(_ socket: Socket, holders: [FilterHolder]? = nil) -> Bool? {
    node.evaluate(socket, holders)
  }
}

extension FilterNode {
  func evaluate(_ socket: some FilterSubject, _ holders: [FilterHolder]?) -> Bool? {
    switch self {
    case .condition(.holder(let test)): return holders.flatMap(test.evaluate)
    case .condition(let condition): return socket.answer(to: FilterQuestion(condition: condition))
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

extension SocketFilter {
  /// Whether a socket passes the filter; `nil` if its record does not tell.
  ///
  /// The meaning is that of the kernel's filter, to the letter: an IPv4 prefix takes mapped addresses, a port condition
  /// looks at port 0 as at any other, and a TIME_WAIT or SYN_RECV record is in cgroup 0 and autobound. What a record does
  /// not tell is unknown rather than false, so that neither a condition nor its negation holds: `autobound` of any
  /// socket that still has its options, a mark or a cgroup that was not reported, the interface in `/proc/net`.
  ///
  /// - Complexity: O(n) in the length of the filter; ports in a list take O(log n). Allocates nothing.
  ///
  /// - Parameters:
  ///   - socket: The socket.
  ///   - holders: The processes that hold it; `nil` if nobody looked, and then a question about them is not decided.
  @specialized(where Socket == InetSocket)
  public func evaluate<Socket: FilterSubject>(_ socket: Socket, holders: [FilterHolder]? = nil) -> Bool? {
    node.evaluate(socket, holders)
  }
}

extension FilterNode {
  func evaluate(_ socket: some FilterSubject, _ holders: [FilterHolder]?) -> Bool? {
    switch self {
    case .condition(.holder(let test)): return holders.map(test.evaluate)
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

extension Laboratory {
  /// Waits until the kernel shows every expected socket, polling up to a deadline.
  ///
  /// Bound-inactive and MPTCP sockets are left out, because /proc does not show them. A bound-inactive socket is there
  /// at once, and the subflows of an MPTCP socket are waited for in its place.
  ///
  /// - Parameters:
  ///   - expected: The sockets.
  ///   - isAlone: Whether all other sockets of the namespace must have ended, such as the side that closed last.
  public func wait(for expected: [ExpectedSocket], alone isAlone: Bool = false) throws {
    let deadline = Deadline()
    while true {
      let (missing, others) = try compare(with: expected)
      guard !missing.isEmpty || isAlone && !others.isEmpty else { return }
      guard !deadline.hasPassed else {
        let wanted = missing.map { "\($0.protocol) \($0.state) \($0.local) \($0.remote)" }
        // The other sockets show how far the situation came. On a busy host the first ones are enough.
        let found = others.prefix(8).map(\.description)
        throw LaboratoryError(.timeout, "wait for \(Self.list(wanted)); besides there is \(Self.list(found))")
      }
      Deadline.pause()
    }
  }

  /// Waits until a condition is true, polling up to a deadline.
  package func wait(_ what: String, until condition: () throws -> Bool) throws {
    let deadline = Deadline()
    while try !condition() {
      guard !deadline.hasPassed else { throw LaboratoryError(.timeout, "wait for \(what)") }
      Deadline.pause()
    }
  }

  private static func list(_ items: [String]) -> String { items.isEmpty ? "nothing" : items.joined(separator: ", ") }

  /// The expected sockets that are missing, and all other sockets.
  private func compare(
    with expected: [ExpectedSocket]
  ) throws -> (missing: [ExpectedSocket], others: [KernelTable.Row]) {
    // By identity, so that thousands of sockets are matched in one pass.
    var rows = Dictionary(grouping: try KernelTable().rows, by: \.identity)
    let missing = expected.filter { socket in
      guard socket.protocol != .mptcp, socket.state != .boundInactive else { return false }
      let identity = KernelTable.Row.identity(socket.local, socket.remote)
      guard let index = rows[identity]?.firstIndex(where: { $0.fulfils(socket) }) else { return true }
      rows[identity]?.remove(at: index)
      return false
    }
    return (missing, rows.values.flatMap { $0 })
  }
}

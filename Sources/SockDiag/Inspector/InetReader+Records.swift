internal import SockDiagWire

extension InetReader where Transport: ~Copyable {
  /// Hands each record of a query to `body`, undecoded.
  ///
  /// - Parameters:
  ///   - query: The sockets.
  ///   - body: Gets a datagram and the place of a record in it, and returns whether the record is sound.
  /// - Returns: Whether all records were read; `nil` if the records have to be decoded, because the kernel does not apply
  ///   the whole filter, or because the protocol tells states and counters in other ways. Then `body` was not called.
  /// - Throws: ``SockDiagError``, after some calls of `body` perhaps.
  mutating func forEachRecord(
    _ query: SocketQuery, _ body: (Span<UInt8>, Range<Int>) -> Bool
  ) throws(SockDiagError) -> DumpDefects? {
    guard [.tcp, .udp, .udpLite, .mptcp].contains(query.protocol) else { return nil }
    guard let query = try narrowed(resolved(query)) else { return .complete }
    let plan = try plan(for: query)
    guard plan.walks.allSatisfy({ $0.filter.remainder == nil }) else { return nil }
    var defects = DumpDefects.complete
    for walk in plan.walks {
      for request in try requests(for: walk.request) {
        do throws(SockDiagError) {
          let found = try conversation.dump(request) { bytes, payload in
            if !body(bytes, payload) { defects.insert(.malformed) }
            return .continue
          }
          defects.formUnion(found)
        } catch {
          guard isAbsentFamily(request, of: walk.request, error) else { throw error }
        }
      }
    }
    substitution = nil
    return defects
  }
}

public import SockDiagWire

// Specialized for UNIX sockets, of which hosts may have many: generic code would cost as much as the decoding for each
// socket. Other families have few.

extension SocketInspector {
  /// Collects all matching sockets of a family, each once.
  ///
  /// ```swift
  /// let routing = try inspector.dump(FamilyQuery<Netlink>(NetlinkSocketRequest(.route)))
  /// for socket in routing.sockets { print(socket.localText, socket.groups ?? []) }
  /// ```
  ///
  /// A dump that the kernel interrupted is repeated up to two times and then returned as partial. If sock_diag cannot
  /// answer, the sockets come from the family's table in `/proc/net`, if it has one (``ProcNetFamily``), and
  /// ``Dump/source`` says so.
  ///
  /// - Throws: ``SockDiagError``; `Code.missingFamily` where the kernel has no handler for the family and no table.
  /// - Complexity: O(n) time and space in the number of sockets.
  @specialized(where Family == Unix)
  public mutating func dump<Family: SocketFamily>(
    _ query: FamilyQuery<Family>
  ) throws(SockDiagError) -> Dump<Family.Socket> where Family.Socket: FilterSubject {
    try reader.dump(query)
  }

  /// Hands each matching socket of a family to `body` while the kernel's answer is being read.
  ///
  /// A socket may come twice if the tables change meanwhile; `dump(_:)` removes duplicates. Like `dump(_:)` this falls
  /// back to `/proc/net`; then each socket names that as its source.
  ///
  /// - Returns: Whether all sockets were seen.
  /// - Throws: ``SockDiagError``, or what `body` throws.
  @discardableResult
  @specialized(where Family == Unix)
  public mutating func forEach<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, _ body: (Family.Socket) throws -> DumpFlow
  ) throws -> DumpDefects where Family.Socket: FilterSubject {
    var failure: (any Error)?
    let defects = try reader.forEach(query) { socket in
      do { return try body(socket) } catch {
        failure = error
        return .stop
      }
    }
    if let failure { throw failure }
    return defects
  }

  /// Hands each matching socket of a family to `body`, which does not throw, so that the only error is
  /// ``SockDiagError``.
  ///
  /// - Returns: Whether all sockets were seen.
  /// - Throws: ``SockDiagError``.
  @discardableResult
  @specialized(where Family == Unix)
  public mutating func forEach<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, _ body: (Family.Socket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects where Family.Socket: FilterSubject {
    try reader.forEach(query) { socket in body(socket) }
  }

  /// Hands each matching socket of a family to `body` while the kernel's answer is being read, each once.
  ///
  /// It keeps no sockets, only a set of their cookies.
  @specialized(where Family == Unix)
  package mutating func forEachOnce<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, _ body: (Family.Socket) throws -> DumpFlow
  ) throws -> DumpDefects where Family.Socket: FilterSubject {
    var seen = CookieSet()
    return try forEach(query) { socket in
      seen.insert(socket.cookie?.rawValue ?? 0) ? try body(socket) : .continue
    }
  }
}

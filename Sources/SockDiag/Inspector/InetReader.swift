package import SockDiagWire

/// Reads inet sockets in one conversation: which requests a query becomes, and how their replies become sockets.
///
/// ``SocketInspector`` is this on the running kernel; tests put a scripted kernel under it.
package struct InetReader<Transport: NetlinkTransport & ~Copyable>: ~Copyable {
  package var conversation: Conversation<Transport>
  var capabilities = KernelCapabilities()
  var decoder = InetDecoder()
  /// The plan of the last query.
  var plan: QueryPlan?
  private var cookies = CookieSet()
  /// Room for the next dump's sockets.
  private var expectedCount = 0

  /// Where `/proc/net` is read if sock_diag has no answer; `nil` for nowhere.
  let procRoot: String?
  /// Why the last list came from there; `nil` if it did not.
  package internal(set) var substitution: SockDiagError?

  package init(_ transport: consuming Transport, procRoot: String? = nil) {
    conversation = Conversation(transport)
    self.procRoot = procRoot
  }

  /// Hands each socket to `body`, without allocating for any.
  package mutating func forEach(
    _ query: SocketQuery, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> (completeness: Completeness, source: SocketSource) {
    do throws(SockDiagError) {
      let completeness = try walk(query, body)
      substitution = nil
      return (completeness, .sockDiag)
    } catch {
      // No table has these, and the answer says so.
      if try lacksAll(query, instead: error) { return (.missingStates, .procNet) }
      return (
        try readProcNet(instead: error) { root throws(SockDiagError) in
          try ProcNet.forEach(query, root: root, body)
        }, .procNet
      )
    }
  }

  /// Collects all sockets. Dumps with a defect that may pass are repeated.
  package mutating func dump(_ query: SocketQuery, attempts: Int = 3) throws(SockDiagError) -> SocketDump {
    var dump = SocketDump(sockets: [], completeness: .complete, source: .sockDiag)
    // A poll finds about as many as the last one did; growing step by step would copy each record several times.
    if plan?.query == query { dump.sockets.reserveCapacity(expectedCount) }
    var seen = CookieSet()
    swap(&seen, &cookies)
    defer { swap(&seen, &cookies) }
    for _ in 0..<max(attempts, 1) {
      dump.sockets.removeAll(keepingCapacity: true)
      seen.removeAll()
      do throws(SockDiagError) {
        dump.completeness = try walk(query) { socket in
          if seen.insert(Self.identity(of: socket)) { dump.sockets.append(socket) }
          return .continue
        }
      } catch {
        if try lacksAll(query, instead: error) {
          return SocketDump(sockets: [], completeness: .missingStates, source: .procNet)
        }
        return try readProcNet(instead: error) { root throws(SockDiagError) in try ProcNet.dump(query, root: root) }
      }
      substitution = nil
      if dump.completeness.isDisjoint(with: .worthRetrying) { break }
    }
    expectedCount = dump.sockets.count + dump.sockets.count / 8
    return dump
  }

  /// The number by which a record is told from others of a dump; 0 for a record without cookie. A TIME_WAIT record has the
  /// cookie of the socket that it came from, which may still be there, bound to the same port.
  @inline(__always)
  private static func identity(of socket: InetSocket) -> UInt64 {
    guard let cookie = socket.cookie?.rawValue, cookie != 0 else { return 0 }
    return socket.state == .boundInactive ? cookie ^ 1 << 63 : cookie
  }
}

extension InetReader: Sendable where Transport: Sendable & ~Copyable {}

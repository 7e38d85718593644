package import SockDiagWire

/// Reads inet sockets on one conversation: plans the requests and decodes the replies into sockets.
///
/// ``SocketInspector`` uses it with the running kernel; tests use it with a scripted one.
package struct InetReader<Transport: NetlinkTransport & ~Copyable>: ~Copyable {
  package var conversation: Conversation<Transport>
  var capabilities = KernelCapabilities()
  var decoder = InetDecoder()
  /// The plan of the last query.
  var plan: QueryPlan?
  /// Reads the addresses of the host, once a filter asks for a direction.
  var addressReader: InterfaceReader?
  private var cookies = CookieSet()
  /// The storage for the next dump's sockets.
  private var expectedCount = 0
  /// The last query of another family, and how many sockets it found.
  var lastFamilyDump: (query: any Sendable, count: Int)?

  /// Where `/proc/net` is read if sock_diag cannot answer; `nil` for nowhere.
  private(set) var tables: ProcNetPlace?
  /// The namespace whose socket counts are looked at before a walk; `nil` for none.
  var countedNamespace: NetworkNamespace?
  /// Why the last list came from `/proc/net`; `nil` if it did not.
  package internal(set) var substitution: SockDiagError?

  package init(_ transport: consuming Transport, tables: ProcNetPlace? = nil) {
    conversation = Conversation(transport)
    self.tables = tables
  }

  /// Replaces the namespace by itself with other ways into it.
  mutating func use(_ namespace: NetworkNamespace) {
    // In steps: Swift 6.3 leaks the old value if `tables?.namespace` of a type without copies is assigned.
    if var place = tables {
      place.namespace = namespace
      tables = place
    }
    if countedNamespace != nil { countedNamespace = namespace }
  }

  /// The same with the tables of the calling thread.
  package init(_ transport: consuming Transport, procRoot: String?) {
    self.init(transport, tables: procRoot.map { ProcNetPlace(root: $0) })
  }

  /// Hands each socket to `body`, without allocating for any. A body that keeps the socket takes it and leaves another
  /// value, whose storage is used for the next one.
  package mutating func forEach(
    _ query: SocketQuery, _ body: (inout InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> (defects: DumpDefects, source: SocketSource) {
    do throws(SockDiagError) {
      let defects = try walk(query, body)
      substitution = nil
      return (defects, .sockDiag)
    } catch {
      let error = error.naming(SocketHandler.handler(of: query.protocol))
      // No table has these, and the answer says so.
      if try lacksAll(query, instead: error) { return (.missingStates, .procNet) }
      return (
        try readProcNet(instead: error) { root, process throws(SockDiagError) in
          try ProcNet.forEach(query, root: root, process: process) { socket in
            var socket = socket
            return body(&socket)
          }
        }, .procNet
      )
    }
  }

  /// Collects all sockets. Dumps with a temporary defect are repeated.
  package mutating func dump(_ query: SocketQuery, attempts: Int = 3) throws(SockDiagError) -> SocketDump {
    var dump = SocketDump(sockets: [], defects: .complete, source: .sockDiag)
    // A poll finds about as many as the last one did; growing step by step would copy each record several times.
    if plan?.query == query { dump.sockets.reserveCapacity(expectedCount) }
    var seen = CookieSet()
    swap(&seen, &cookies)
    defer { swap(&seen, &cookies) }
    for _ in 0..<max(attempts, 1) {
      dump.sockets.removeAll(keepingCapacity: true)
      seen.removeAll()
      do throws(SockDiagError) {
        dump.defects = try walk(query) { socket in
          if seen.insert(socket.keyInDump) { dump.sockets.append(socket) }
          return .continue
        }
      } catch {
        let error = error.naming(SocketHandler.handler(of: query.protocol))
        if try lacksAll(query, instead: error) {
          return SocketDump(sockets: [], defects: .missingStates, source: .procNet)
        }
        return try readProcNet(instead: error) { root, process throws(SockDiagError) in
          try ProcNet.dump(query, root: root, process: process)
        }
      }
      substitution = nil
      if dump.defects.isDisjoint(with: .worthRetrying) { break }
    }
    expectedCount = dump.sockets.count + dump.sockets.count / 8
    return dump
  }
}

extension InetReader: Sendable where Transport: Sendable & ~Copyable {}

package import SockDiagWire

extension Conversation where Transport: ~Copyable {
  /// Passes each matching socket to `body`. A socket may occur twice if the kernel's tables change meanwhile.
  ///
  /// The next record is decoded into the same storage. A caller that keeps the socket takes it and leaves an empty one.
  package mutating func forEach<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, _ body: (inout Family.Socket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects where Family.Socket: FilterSubject {
    let requests = Family.requests(for: query.request, matching: query.filter)
    var companions = Family.Companions()
    // A recording has one answer to each query. Whoever reads it learns from its records.
    if let request = requests.companions, observer == nil {
      _ = try decode(Family.self, request) { socket in
        companions.learn(from: socket)
        return .continue
      }
    }
    if requests.companions == nil, query.filter == .everything {
      return try decode(Family.self, requests.sockets, body)
    }
    var found = DumpDefects.complete
    let defects = try decode(Family.self, requests.sockets) { socket in
      companions.complete(&socket)
      switch query.filter.evaluate(socket) {
      case true: return body(&socket)
      case nil: found.insert(.undecided)
      case false: break
      }
      return .continue
    }
    return defects.union(found)
  }

  /// Passes the decoded record of each reply to `body`.
  private mutating func decode<Family: SocketFamily>(
    _: Family.Type, _ request: Family.Request, _ body: (inout Family.Socket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    var found = DumpDefects.complete
    var socket = Family.emptySocket
    let defects = try dump(request) { bytes, payload in
      do throws(WireError) {
        // A damaged attribute does not hide its socket.
        if try Family.decode(payload, in: bytes, answering: request, into: &socket) != nil {
          found.insert(.malformed)
        }
      } catch {
        found.insert(.malformed)
        return .continue
      }
      return body(&socket)
    }
    return defects.union(found)
  }

  /// Collects all matching sockets, each once. Dumps with a temporary defect are repeated.
  ///
  /// - Parameters:
  ///   - query: The sockets.
  ///   - expectedCount: About how many there are.
  ///   - attempts: How often the dump is made at most.
  package mutating func dump<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, expectedCount: Int = 0, attempts: Int = 3
  ) throws(SockDiagError) -> Dump<Family.Socket> where Family.Socket: FilterSubject {
    var dump = Dump<Family.Socket>(sockets: [], defects: .complete, source: .sockDiag)
    dump.sockets.reserveCapacity(expectedCount)
    for _ in 0..<max(attempts, 1) {
      dump.sockets.removeAll(keepingCapacity: true)
      // Within one family and namespace, no two sockets share a cookie.
      var seen = CookieSet()
      dump.defects = try forEach(query) { socket in
        if seen.insert(socket.cookie?.rawValue ?? 0) {
          var kept = Family.emptySocket
          swap(&kept, &socket)
          dump.sockets.append(kept)
        }
        return .continue
      }
      if dump.defects.isDisjoint(with: .worthRetrying) { break }
    }
    return dump
  }
}

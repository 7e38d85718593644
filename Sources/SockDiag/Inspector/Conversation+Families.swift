package import SockDiagWire

extension Conversation where Transport: ~Copyable {
  /// Passes each matching socket to `body`. A socket may occur twice if the kernel's tables change meanwhile.
  package mutating func forEach<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, _ body: (Family.Socket) -> DumpFlow
  ) throws(SockDiagError) -> Completeness where Family.Socket: FilterSubject {
    let requests = Family.requests(for: query.request, matching: query.filter)
    var companions = Family.Companions()
    // A recording has one answer to each query. Whoever reads it learns from its records.
    if let request = requests.companions, observer == nil {
      _ = try decode(Family.self, request) { socket in
        companions.learn(from: socket)
        return .continue
      }
    }
    var defects = Completeness.complete
    let isAlone = requests.companions == nil
    let completeness = try decode(Family.self, requests.sockets) { socket in
      if !isAlone { companions.complete(&socket) }
      switch query.filter.evaluate(socket) {
      case true: return body(socket)
      case nil: defects.insert(.undecided)
      case false: break
      }
      return .continue
    }
    return completeness.union(defects)
  }

  /// Passes the decoded record of each reply to `body`.
  private mutating func decode<Family: SocketFamily>(
    _: Family.Type, _ request: Family.Request, _ body: (inout Family.Socket) -> DumpFlow
  ) throws(SockDiagError) -> Completeness {
    var defects = Completeness.complete
    var socket = Family.emptySocket
    let completeness = try dump(request) { bytes, payload in
      do throws(WireError) {
        // A damaged attribute does not hide its socket.
        if try Family.decode(payload, in: bytes, answering: request, into: &socket) != nil {
          defects.insert(.malformed)
        }
      } catch {
        defects.insert(.malformed)
        return .continue
      }
      return body(&socket)
    }
    return completeness.union(defects)
  }

  /// Collects all matching sockets, each once. Dumps with a temporary defect are repeated.
  package mutating func dump<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, attempts: Int = 3
  ) throws(SockDiagError) -> Dump<Family.Socket> where Family.Socket: FilterSubject {
    var dump = Dump<Family.Socket>(sockets: [], completeness: .complete, source: .sockDiag)
    for _ in 0..<max(attempts, 1) {
      dump.sockets.removeAll(keepingCapacity: true)
      // Within one family and namespace, no two sockets share a cookie.
      var seen = CookieSet()
      dump.completeness = try forEach(query) { socket in
        if seen.insert(socket.cookie?.rawValue ?? 0) { dump.sockets.append(socket) }
        return .continue
      }
      if dump.completeness.isDisjoint(with: .worthRetrying) { break }
    }
    return dump
  }
}

package import SockDiagWire

extension Conversation where Transport: ~Copyable {
  /// Passes each matching socket to `body`. A socket may occur twice if the kernel's tables change meanwhile.
  package mutating func forEach<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, _ body: (Family.Socket) -> DumpFlow
  ) throws(SockDiagError) -> Completeness where Family.Socket: FilterSubject {
    var defects = Completeness.complete
    var socket = Family.emptySocket
    let completeness = try dump(query.request) { bytes, payload in
      do throws(WireError) {
        // A damaged attribute does not hide its socket.
        if try Family.decode(payload, in: bytes, answering: query.request, into: &socket) != nil {
          defects.insert(.malformed)
        }
      } catch {
        defects.insert(.malformed)
        return .continue
      }
      switch query.filter.evaluate(socket) {
      case true: return body(socket)
      case nil: defects.insert(.undecided)
      case false: break
      }
      return .continue
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
      var seen: Set<SocketIdentity> = []
      dump.completeness = try forEach(query) { socket in
        let isNew = socket.identity.map { seen.insert($0).inserted } ?? true
        if isNew { dump.sockets.append(socket) }
        return .continue
      }
      if dump.completeness.isDisjoint(with: .worthRetrying) { break }
    }
    return dump
  }
}

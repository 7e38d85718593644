package import SockDiagWire

extension InetReader where Transport: ~Copyable {
  /// Hands each matching socket of a family to `body`.
  package mutating func forEach<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, _ body: (inout Family.Socket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects where Family.Socket: FilterSubject {
    do throws(SockDiagError) {
      let defects = try conversation.forEach(query, body)
      substitution = nil
      return defects
    } catch {
      return try readProcNet(query, instead: error) { socket in
        var socket = socket
        return body(&socket)
      }
    }
  }

  /// Collects all matching sockets of a family, each once.
  package mutating func dump<Family: SocketFamily>(
    _ query: FamilyQuery<Family>
  ) throws(SockDiagError) -> Dump<Family.Socket> where Family.Socket: FilterSubject {
    do throws(SockDiagError) {
      // A poll finds about as many as the last one did; growing step by step would copy each record several times.
      let isRepeated = lastFamilyDump?.query as? FamilyQuery<Family> == query
      let expectedCount = isRepeated ? lastFamilyDump?.count ?? 0 : 0
      let dump = try conversation.dump(query, expectedCount: expectedCount)
      lastFamilyDump = (query, dump.sockets.count)
      substitution = nil
      return dump
    } catch {
      var dump = Dump<Family.Socket>(sockets: [], defects: .complete, source: .procNet)
      dump.defects = try readProcNet(query, instead: error) { socket in
        dump.sockets.append(socket)
        return .continue
      }
      return dump
    }
  }

  /// Reads the family's table if sock_diag has no answer.
  private mutating func readProcNet<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, instead error: SockDiagError, _ body: (Family.Socket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects where Family.Socket: FilterSubject {
    let error = error.naming(SocketHandler.handler(of: Family.emptySocket.family))
    return try readProcNet(instead: error) { root, process throws(SockDiagError) in
      guard let defects = try ProcNet.forEach(query, root: root, process: process, body) else { throw error }
      return defects
    }
  }
}

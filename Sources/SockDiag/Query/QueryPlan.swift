internal import SockDiagWire

/// A query in the form in which the kernel is asked. It is kept between polls, so that only the first compiles a
/// program.
struct QueryPlan {
  let query: SocketQuery
  /// One walk, or two that report different sockets.
  let walks: [Walk]

  /// A request, and the filter to apply to its replies.
  struct Walk {
    /// For both families, or for the query's family.
    var request: InetRequest
    /// The parts of the filter that the kernel and the reader apply.
    var filter: CompiledFilter
  }

  init(_ query: SocketQuery, without refused: InetBytecode.Operations) {
    self.query = query
    walks = query.filter.compiled(for: query.protocol, query.states, without: refused).map { filter in
      var request = InetRequest(.dump, query.protocol, query.family)
      request.states = filter.states
      request.details = query.details.union(filter.remainder?.neededDetails ?? [])
      // The port fields of the request are the cheapest filter. Port 0 means any port there.
      request.local.port = filter.localPort ?? 0
      request.remote.port = filter.remotePort ?? 0
      request.bytecode = filter.bytecode.bytes
      request.storages = query.includesStorages ? [] : nil
      return Walk(request: request, filter: filter)
    }
  }

  /// The operations that a kernel may refuse.
  var operations: InetBytecode.Operations {
    walks.reduce(into: []) { $0.formUnion($1.filter.bytecode.operations) }
  }
}

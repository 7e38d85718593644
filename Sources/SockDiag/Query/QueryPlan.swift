internal import SockDiagWire

/// A query as the kernel is asked for it. Kept from one poll to the next, so that only the first compiles a program.
struct QueryPlan {
  let query: SocketQuery
  /// One walk, or two that report different sockets.
  let walks: [Walk]

  /// A request, and what remains to be done with its replies.
  struct Walk {
    /// For both families, or for the one that the query names.
    var request: InetRequest
    /// What the kernel and the reader each do of the filter.
    var filter: CompiledFilter
  }

  init(_ query: SocketQuery, without refused: InetBytecode.Operations) {
    self.query = query
    walks = query.filter.compiled(for: query.states, without: refused).map { filter in
      var request = InetRequest(.dump, query.protocol, query.family)
      request.states = filter.states
      request.details = query.details.union(filter.remainder?.neededDetails ?? [])
      // The request's own port fields are the cheapest filter. Port 0 means any port there.
      request.local.port = filter.localPort ?? 0
      request.remote.port = filter.remotePort ?? 0
      request.bytecode = filter.bytecode.bytes
      return Walk(request: request, filter: filter)
    }
  }

  /// The operations that a kernel may refuse.
  var operations: InetBytecode.Operations {
    walks.reduce(into: []) { $0.formUnion($1.filter.bytecode.operations) }
  }
}

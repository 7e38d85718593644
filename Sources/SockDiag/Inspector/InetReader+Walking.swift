internal import SockDiagWire

extension InetReader where Transport: ~Copyable {
  mutating func walk(
    _ query: SocketQuery, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> Completeness {
    guard let query = try narrowed(query) else { return .complete }
    var plan = try plan(for: query)
    do throws(SockDiagError) {
      return try walk(plan, body)
    } catch {
      if query.includesStorages, error.code == .permissionDenied {
        throw SockDiagError(
          .storagesForbidden, operation: error.operation, errno: error.errno, kernelMessage: error.kernelMessage)
      }
      // The kernel refuses a program before it reports a socket, so no socket occurs twice.
      guard error.code == .invalidRequest || error.code == .permissionDenied,
        try capabilities.learnRefusals(of: plan.operations, on: &conversation)
      else { throw error }
    }
    plan = try self.plan(for: query)
    return try walk(plan, body)
  }

  /// The plan of the last query if the query is the same, otherwise a new one.
  private mutating func plan(for query: SocketQuery) throws(SockDiagError) -> QueryPlan {
    if let plan, plan.query == query, plan.operations.isDisjoint(with: capabilities.refusedOperations) { return plan }
    var plan = QueryPlan(query, without: capabilities.refusedOperations)
    // A refusal of the second of two walks would come after sockets of the first. In a recording, a refusal would have no
    // explanation.
    if plan.walks.count > 1 || conversation.observer != nil,
      try capabilities.learnRefusals(of: plan.operations, on: &conversation)
    {
      plan = QueryPlan(query, without: capabilities.refusedOperations)
    }
    self.plan = plan
    return plan
  }

  private mutating func walk(
    _ plan: QueryPlan, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> Completeness {
    var completeness = Completeness.complete
    for walk in plan.walks {
      completeness.formUnion(try self.walk(walk, body))
      if completeness.contains(.stopped) { break }
    }
    return completeness
  }

  private mutating func walk(
    _ walk: QueryPlan.Walk, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> Completeness {
    let request = walk.request
    // One walk over the tables for both families if the kernel supports it. This halves the time: the tables are
    // shared, and a walk for one family also passes the sockets of the other.
    if request.family != nil { return try read(request, walk.filter.remainder, body) }
    if try capabilities.servesBothFamilies(request.protocol, on: &conversation) {
      return try read(request, walk.filter.remainder, body)
    }
    var single = request
    single.family = .inet
    let completeness = try read(single, walk.filter.remainder, body)
    if completeness.contains(.stopped) { return completeness }
    single.family = .inet6
    do throws(SockDiagError) {
      return completeness.union(try read(single, walk.filter.remainder, body))
    } catch {
      // IPv4 answered, so this kernel was built without IPv6: there are no such sockets.
      guard error.code == .missingFamily else { throw error }
      return completeness
    }
  }

  private mutating func read(
    _ request: InetRequest, _ remainder: SocketFilter?, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> Completeness {
    var defects = Completeness.complete
    let completeness = try conversation.dump(request) { bytes, payload in
      var socket = InetSocket()
      defer { decoder.recycle(&socket) }
      do throws(WireError) {
        // A damaged attribute does not hide its socket.
        if try decoder.decode(payload, in: bytes, protocol: request.protocol, into: &socket) != nil {
          defects.insert(.malformed)
        }
      } catch {
        defects.insert(.malformed)
        return .continue
      }
      guard let remainder else { return body(socket) }
      switch remainder.evaluate(socket) {
      case true: return body(socket)
      case nil: defects.insert(.undecided)
      case false: break
      }
      return .continue
    }
    return completeness.union(defects)
  }

  /// Explains how a query is divided, and how many sockets the kernel reports for it.
  package mutating func explain(_ query: SocketQuery) throws(SockDiagError) -> QueryExplanation {
    var passed = 0
    let completeness = try walk(query) { _ in
      passed += 1
      return .continue
    }
    let plan = try plan(for: query)
    var reported = 0
    for walk in plan.walks {
      var unfiltered = walk
      unfiltered.filter.remainder = nil
      _ = try self.walk(unfiltered) { _ in
        reported += 1
        return .continue
      }
    }
    return QueryExplanation(
      query: query, walks: plan.walks.map(\.filter), reported: reported, passed: passed, completeness: completeness,
      refused: capabilities.refusedOperations)
  }
}

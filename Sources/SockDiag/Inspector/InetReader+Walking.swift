internal import SockDiagWire

extension InetReader where Transport: ~Copyable {
  mutating func walk(
    _ query: SocketQuery, _ body: (inout InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    guard let query = try narrowed(resolved(query)) else { return .complete }
    var plan = try plan(for: query)
    do throws(SockDiagError) {
      return try walk(plan, body)
    } catch {
      let error = error.explained(for: query)
      // The kernel refuses a program before it reports a socket, so no socket occurs twice.
      guard error.code == .invalidRequest || error.code == .permissionDenied,
        try capabilities.learnRefusals(of: plan.operations, on: &conversation)
      else { throw error }
    }
    plan = try self.plan(for: query)
    return try walk(plan, body)
  }

  /// The plan of the last query if the query is the same, otherwise a new one.
  mutating func plan(for query: SocketQuery) throws(SockDiagError) -> QueryPlan {
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
    _ plan: QueryPlan, _ body: (inout InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    var defects = DumpDefects.complete
    for walk in plan.walks {
      defects.formUnion(try self.walk(walk, body))
      if defects.contains(.stopped) { break }
    }
    return defects
  }

  private mutating func walk(
    _ walk: QueryPlan.Walk, _ body: (inout InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    var defects = DumpDefects.complete
    for request in try requests(for: walk.request) {
      do throws(SockDiagError) {
        defects.formUnion(try read(request, walk.filter.remainder, body))
      } catch {
        guard isAbsentFamily(request, of: walk.request, error) else { throw error }
      }
      if defects.contains(.stopped) { break }
    }
    return defects
  }

  /// The requests that make a walk: one for both families if the kernel supports it. This halves the time: the tables are
  /// shared, and a walk for one family also passes the sockets of the other.
  mutating func requests(for request: InetRequest) throws(SockDiagError) -> InetRequests {
    if request.family != nil { return InetRequests(request) }
    if try capabilities.servesBothFamilies(request.protocol, on: &conversation) { return InetRequests(request) }
    return InetRequests(perFamily: request)
  }

  /// Whether an error means that this kernel was built without IPv6: IPv4 answered before. There are no such sockets.
  func isAbsentFamily(_ request: InetRequest, of walk: InetRequest, _ error: SockDiagError) -> Bool {
    error.code == .missingFamily && walk.family == nil && request.family == .inet6
  }

  private mutating func read(
    _ request: InetRequest, _ remainder: SocketFilter?, _ body: (inout InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    var reading = InetReading(request, remainder)
    let defects = try conversation.dump(request) { bytes, payload in
      reading.read(payload, in: bytes, with: &decoder, body)
    }
    return defects.union(reading.defects)
  }

  /// Explains how a query is divided, and how many sockets the kernel reports for it.
  package mutating func explain(_ query: SocketQuery) throws(SockDiagError) -> QueryExplanation {
    var passed = 0
    let defects = try walk(query) { _ in
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
      query: query, walks: plan.walks.map(\.filter), reported: reported, passed: passed, defects: defects,
      refused: capabilities.refusedOperations)
  }
}

extension SockDiagError {
  /// The same error with the reason that only such a query can have.
  func explained(for query: SocketQuery) -> SockDiagError {
    query.includesStorages && code == .permissionDenied
      ? SockDiagError(.storagesForbidden, operation: operation, errno: errno, kernelMessage: kernelMessage) : self
  }
}

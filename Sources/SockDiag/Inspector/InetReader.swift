package import SockDiagWire

/// Runs queries on one conversation: plans the requests and decodes the replies into sockets.
///
/// ``SocketInspector`` uses it with the running kernel; tests use it with a scripted one.
package struct InetReader<Transport: NetlinkTransport & ~Copyable>: ~Copyable {
  package var conversation: Conversation<Transport>
  private var decoder = InetDecoder()
  private var cookies = CookieSet()
  /// The plan of the last query.
  private var plan: QueryPlan?
  /// The storage for the next dump's sockets.
  private var expectedCount = 0
  /// Whether one walk can serve both families; `nil` until it was tried.
  private var servesBothFamilies: Bool?
  private var readsProtocolAttribute: Bool?
  /// The families and protocols for which the kernel is known to have a handler.
  private var confirmed: Set<[UInt16]> = []
  /// The operations of filter programs that the kernel is known to accept or refuse.
  private var acceptedOperations: InetBytecode.Operations = []
  private var refusedOperations: InetBytecode.Operations = []

  /// The proc mount from which `/proc/net` is read if sock_diag cannot answer; `nil` for none.
  private let procRoot: String?
  /// Why the last list came from `/proc/net`; `nil` if it did not.
  package private(set) var substitution: SockDiagError?

  package init(_ transport: consuming Transport, procRoot: String? = nil) {
    conversation = Conversation(transport)
    self.procRoot = procRoot
  }

  /// Passes each socket to `body` without an allocation per socket.
  package mutating func forEach(
    _ query: SocketQuery, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> (completeness: Completeness, source: SocketSource) {
    do throws(SockDiagError) {
      let completeness = try walk(query, body)
      substitution = nil
      return (completeness, .sockDiag)
    } catch {
      // No table in `/proc/net` has these, and the answer reports it.
      if try lacksAll(query, instead: error) { return (.missingStates, .procNet) }
      return (
        try readProcNet(instead: error) { root throws(SockDiagError) in
          try ProcNet.forEach(query, root: root, body)
        }, .procNet
      )
    }
  }

  /// Whether a query asks only for sockets that `/proc/net` does not have.
  private mutating func lacksAll(
    _ query: SocketQuery, instead error: SockDiagError
  ) throws(SockDiagError) -> Bool {
    guard query.protocol == .tcp, query.states == .boundInactive else { return false }
    // Without proc, the list is not known to lack only these.
    let connections = SocketQuery(.tcp, family: query.family, states: .listen)
    _ = try readProcNet(instead: error) { root throws(SockDiagError) in
      try ProcNet.forEach(connections, root: root) { _ in .stop }
    }
    return true
  }

  /// Reads `/proc/net` if sock_diag cannot answer. sock_diag fails before the first socket, so no socket occurs twice.
  /// If `/proc/net` cannot be read either, the first error is more useful.
  private mutating func readProcNet<Answer>(
    instead error: SockDiagError, _ read: (String) throws(SockDiagError) -> Answer
  ) throws(SockDiagError) -> Answer {
    // A recording would lack sockets from another source, without a sign of it.
    guard let procRoot, conversation.observer == nil, error.leavesProcNet else { throw error }
    do throws(SockDiagError) {
      let answer = try read(procRoot)
      substitution = error
      return answer
    } catch _ { throw error }
  }

  /// Collects all sockets. Dumps with a temporary defect are repeated.
  package mutating func dump(_ query: SocketQuery, attempts: Int = 3) throws(SockDiagError) -> SocketDump {
    var dump = SocketDump(sockets: [], completeness: .complete, source: .sockDiag)
    // A poll finds about as many sockets as the last one. Growing step by step would copy each record several times.
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

  /// A key that distinguishes the records of a dump; 0 if a record has none. The cookie is not enough: a TIME_WAIT
  /// record has the cookie of its socket, which may still exist, bound to the same port.
  @inline(__always)
  private static func identity(of socket: InetSocket) -> UInt64 {
    guard let cookie = socket.cookie?.rawValue, cookie != 0 else { return 0 }
    return socket.state == .boundInactive ? cookie ^ 1 << 63 : cookie
  }

  /// The socket that receives packets between two addresses.
  package mutating func get(_ request: InetRequest) throws(SockDiagError) -> InetSocket? {
    var fault: WireError?
    var socket = InetSocket()
    let isFound = try conversation.get(request) { bytes, payload in
      do throws(WireError) {
        fault = try decoder.decode(payload, in: bytes, protocol: request.protocol, into: &socket)
      } catch {
        fault = error
      }
    }
    if let fault { throw SockDiagError(.malformedReply, operation: "get a socket", wireError: fault) }
    if isFound { return socket }
    try confirmHandler(for: request)
    return nil
  }

  /// An exact request gets the same errno for a missing socket, protocol and family. A dump with an empty set of states
  /// tells them apart; it is made once.
  mutating func confirmHandler(for request: InetRequest) throws(SockDiagError) {
    guard let family = request.family, !confirmed.contains([UInt16(family.rawValue), request.protocol.rawValue]) else {
      return
    }
    if let error = try probe(InetRequest(.dump, request.protocol, family)) { throw error }
    confirmed.insert([UInt16(family.rawValue), request.protocol.rawValue])
  }

  private mutating func walk(
    _ query: SocketQuery, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> Completeness {
    var plan = try plan(for: query)
    do throws(SockDiagError) {
      return try walk(plan, body)
    } catch {
      // The kernel refuses a program before it reports a socket, so no socket occurs twice.
      guard error.code == .invalidRequest || error.code == .permissionDenied, try learnRefusals(of: plan.operations)
      else { throw error }
    }
    plan = try self.plan(for: query)
    return try walk(plan, body)
  }

  /// The plan of the last query if the query is the same, otherwise a new one.
  private mutating func plan(for query: SocketQuery) throws(SockDiagError) -> QueryPlan {
    if let plan, plan.query == query, plan.operations.isDisjoint(with: refusedOperations) { return plan }
    var plan = QueryPlan(query, without: refusedOperations)
    // A refusal of the second of two walks would come after sockets of the first, and a recording could not explain it.
    if plan.walks.count > 1 || conversation.observer != nil, try learnRefusals(of: plan.operations) {
      plan = QueryPlan(query, without: refusedOperations)
    }
    self.plan = plan
    return plan
  }

  /// Asks the kernel about each operation that was not tried yet. Returns whether it refused any.
  private mutating func learnRefusals(of operations: InetBytecode.Operations) throws(SockDiagError) -> Bool {
    var isRefused = false
    for kind in InetBytecode.Operations.kinds
    where operations.contains(kind) && acceptedOperations.union(refusedOperations).isDisjoint(with: kind) {
      var request = InetRequest(.dump, .tcp, .inet)
      request.bytecode = InetBytecode(probing: kind).bytes
      switch try probe(request)?.code {
      case .invalidRequest, .permissionDenied:
        refusedOperations.formUnion(kind)
        isRefused = true
      case nil: acceptedOperations.formUnion(kind)
      // Memory may be short now, and a module may be loaded later, so this says nothing about the operation.
      default: break
      }
    }
    return isRefused
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
    if try servesBoth(request.protocol) { return try read(request, walk.filter.remainder, body) }
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
      refused: refusedOperations)
  }

  private mutating func servesBoth(_ protocol: TransportProtocol) throws(SockDiagError) -> Bool {
    // Only an answer that cannot change is cached: a module may be loaded later, and memory may be short now.
    if servesBothFamilies == nil {
      switch try probe(InetRequest(.dump, .tcp, nil))?.code {
      case nil: servesBothFamilies = true
      case .invalidRequest: servesBothFamilies = false
      default: return false
      }
    }
    guard servesBothFamilies == true, `protocol` != .tcp else { return servesBothFamilies == true }
    if readsProtocolAttribute == nil {
      // Kernels before 5.9 ignore the attribute that names the protocol and would answer with TCP sockets. An
      // impossible protocol number tells them apart: newer kernels report a missing handler for it, and do not try to
      // load a module.
      switch try probe(InetRequest(.dump, TransportProtocol(rawValue: .max), nil))?.code {
      case nil: readsProtocolAttribute = false
      case .missingProtocolHandler: readsProtocolAttribute = true
      default: return false
      }
    }
    return readsProtocolAttribute == true
  }

  /// Makes a request for sockets in no state. Returns the kernel's refusal, or `nil` if the kernel would answer.
  private mutating func probe(_ request: InetRequest) throws(SockDiagError) -> SockDiagError? {
    // Not part of the query: in a recording it would be an unexplained refusal.
    let observer = conversation.observer
    conversation.observer = nil
    defer { conversation.observer = observer }
    do throws(SockDiagError) {
      _ = try conversation.dump(request) { _, _ in .continue }
      return nil
    } catch {
      return error
    }
  }
}

extension InetReader: Sendable where Transport: Sendable & ~Copyable {}

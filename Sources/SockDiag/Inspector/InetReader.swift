package import SockDiagWire

/// Queries on one conversation: which requests they become, and how their replies become sockets.
///
/// ``SocketInspector`` is this on the running kernel; tests put a scripted one under it.
package struct InetReader<Transport: NetlinkTransport & ~Copyable>: ~Copyable {
  package var conversation: Conversation<Transport>
  private var decoder = InetDecoder()
  private var cookies = CookieSet()
  /// What the last query became.
  private var plan: QueryPlan?
  /// Room for the next dump's sockets.
  private var expectedCount = 0
  /// Whether one walk may serve both families; `nil` until it was tried.
  private var servesBothFamilies: Bool?
  private var readsProtocolAttribute: Bool?
  /// Families with protocols for which the kernel has a handler, as far as it was asked.
  private var confirmed: Set<[UInt16]> = []

  /// Where `/proc/net` is read if the kernel has no handler; `nil` for nowhere.
  private let procRoot: String?

  package init(_ transport: consuming Transport, procRoot: String? = nil) {
    conversation = Conversation(transport)
    self.procRoot = procRoot
  }

  /// Hands each socket to `body`, without allocating for any.
  package mutating func forEach(
    _ query: SocketQuery, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> (completeness: Completeness, source: SocketSource) {
    do throws(SockDiagError) {
      return (try walk(query, body), .sockDiag)
    } catch {
      return (
        try readProcNet(instead: error) { root throws(SockDiagError) in
          try ProcNet.forEach(query, root: root, body)
        }, .procNet
      )
    }
  }

  /// Only what the kernel lacks is read elsewhere. It says so before the first socket, so none comes twice. Where that
  /// fails as well, the kernel's answer is the better one.
  private func readProcNet<Answer>(
    instead error: SockDiagError, _ read: (String) throws(SockDiagError) -> Answer
  ) throws(SockDiagError) -> Answer {
    guard let procRoot, error.code == .missingProtocolHandler || error.code == .missingFamily else { throw error }
    do throws(SockDiagError) { return try read(procRoot) } catch _ { throw error }
  }

  /// Collects all sockets. Dumps with a defect that may pass are repeated.
  package mutating func dump(_ query: SocketQuery, attempts: Int = 3) throws(SockDiagError) -> SocketDump {
    var dump = SocketDump(sockets: [], completeness: .complete, source: .sockDiag)
    // A poll finds about as many as the last one did; growing step by step would copy each record several times.
    if plan?.query == query { dump.sockets.reserveCapacity(expectedCount) }
    var seen = CookieSet()
    swap(&seen, &cookies)
    defer { swap(&seen, &cookies) }
    for _ in 0..<max(attempts, 1) {
      dump.sockets.removeAll(keepingCapacity: true)
      seen.removeAll()
      do throws(SockDiagError) {
        dump.completeness = try walk(query) { socket in
          if seen.insert(socket.cookie?.rawValue ?? 0) { dump.sockets.append(socket) }
          return .continue
        }
      } catch {
        return try readProcNet(instead: error) { root throws(SockDiagError) in try ProcNet.dump(query, root: root) }
      }
      if dump.completeness.isDisjoint(with: .worthRetrying) { break }
    }
    expectedCount = dump.sockets.count + dump.sockets.count / 8
    return dump
  }

  /// The socket that packets between two addresses reach.
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

  /// An exact request gets the same errno for a socket, a protocol and a family that is not there. A dump of no states at
  /// all tells them apart, and is asked for once.
  mutating func confirmHandler(for request: InetRequest) throws(SockDiagError) {
    guard let family = request.family, !confirmed.contains([UInt16(family.rawValue), request.protocol.rawValue]) else {
      return
    }
    if let error = try probe(request.protocol, family) { throw error }
    confirmed.insert([UInt16(family.rawValue), request.protocol.rawValue])
  }

  private mutating func walk(
    _ query: SocketQuery, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> Completeness {
    let plan = plan?.query == query ? plan ?? QueryPlan(query) : QueryPlan(query)
    self.plan = plan
    // One walk over the tables for both families where the kernel can, which halves the time: the tables are shared, and
    // a walk for one family passes the sockets of the other as well.
    if query.family != nil { return try walk(plan, plan.request, body) }
    if try servesBoth(query.protocol) { return try walk(plan, plan.request, body) }
    let completeness = try walk(plan, plan.request(for: .inet), body)
    if completeness.contains(.stopped) { return completeness }
    do throws(SockDiagError) {
      return completeness.union(try walk(plan, plan.request(for: .inet6), body))
    } catch {
      // IPv4 answered, so this kernel was built without IPv6: there are no such sockets.
      guard error.code == .missingFamily else { throw error }
      return completeness
    }
  }

  private mutating func walk(
    _ plan: QueryPlan, _ request: InetRequest, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> Completeness {
    var hasFault = false
    var completeness = try conversation.dump(request) { bytes, payload in
      var socket = InetSocket()
      defer { decoder.recycle(&socket) }
      do throws(WireError) {
        // A damaged attribute does not hide the socket that it belongs to.
        if try decoder.decode(payload, in: bytes, protocol: request.protocol, into: &socket) != nil { hasFault = true }
      } catch {
        hasFault = true
        return .continue
      }
      return plan.needsEvaluation && !plan.query.matches(socket) ? .continue : body(socket)
    }
    if hasFault { completeness.insert(.malformed) }
    return completeness
  }

  private mutating func servesBoth(_ protocol: TransportProtocol) throws(SockDiagError) -> Bool {
    // Only an answer that cannot change is remembered: a module may be loaded later, memory may be short now.
    if servesBothFamilies == nil {
      switch try probe(.tcp, nil)?.code {
      case nil: servesBothFamilies = true
      case .invalidRequest: servesBothFamilies = false
      default: return false
      }
    }
    guard servesBothFamilies == true, `protocol` != .tcp else { return servesBothFamilies == true }
    if readsProtocolAttribute == nil {
      // Kernels before 5.9 ignore the attribute that names the protocol and would answer with TCP sockets. A number
      // that no protocol can have tells them apart: the others miss a handler for it, and look for no module.
      switch try probe(TransportProtocol(rawValue: .max), nil)?.code {
      case nil: readsProtocolAttribute = false
      case .missingProtocolHandler: readsProtocolAttribute = true
      default: return false
      }
    }
    return readsProtocolAttribute == true
  }

  /// Asks for sockets in no state. Returns the kernel's refusal, or `nil` if it would answer.
  private mutating func probe(
    _ protocol: TransportProtocol, _ family: AddressFamily?
  ) throws(SockDiagError) -> SockDiagError? {
    // Not part of the query: in a recording it would be a refusal that nobody can explain.
    let observer = conversation.observer
    conversation.observer = nil
    defer { conversation.observer = observer }
    do throws(SockDiagError) {
      _ = try conversation.dump(InetRequest(.dump, `protocol`, family)) { _, _ in .continue }
      return nil
    } catch {
      return error
    }
  }
}

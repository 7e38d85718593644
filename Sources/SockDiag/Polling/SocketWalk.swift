public import SockDiagWire

/// A walk over the kernel's sockets that is read a datagram at a time.
///
/// The kernel walks on only when it is asked for the next datagram, so a reader that pauses costs nothing, and a task can
/// be suspended between two batches. A datagram has up to about 300 sockets.
///
/// ```swift
/// var walk = try inspector.begin(SocketQuery(.tcp))
/// while try inspector.next(&walk, { socket in
///   print(socket)
///   return .continue
/// }) {
///   await Task.yield()
/// }
/// ```
///
/// A walk belongs to the inspector that began it. Another request of that inspector ends it: the next batch throws
/// ``SockDiagError/Code/otherRequest``.
public struct SocketWalk: Sendable {
  /// What is asked for.
  public let query: SocketQuery
  /// Whether everything was read.
  public internal(set) var isOver = false
  /// What is known to be missing so far.
  public internal(set) var defects = DumpDefects.complete
  /// The source of the sockets.
  public internal(set) var source = SocketSource.sockDiag

  /// The rest of the plan.
  private var parts: ArraySlice<QueryPlan.Walk>
  /// The requests of the first part that were not sent yet.
  private var requests: InetRequests?
  var step: Step?

  /// A request and as much of its answer as was received.
  struct Step: Sendable {
    let part: QueryPlan.Walk
    let request: InetRequest
    var answer: Answer
    var reading: InetReading
  }

  fileprivate init(_ query: SocketQuery, _ parts: [QueryPlan.Walk]) {
    self.query = query
    self.parts = parts[...]
  }
}

extension SocketInspector {
  /// Begins a walk. ``next(_:_:)`` reads it.
  ///
  /// - Throws: ``SockDiagError``.
  public mutating func begin(_ query: SocketQuery) throws(SockDiagError) -> SocketWalk {
    try reader.begin(query)
  }

  /// Reads the next datagram of a walk and passes each of its sockets to `body`. Nothing is allocated per socket.
  ///
  /// As with `forEach(_:_:)` a socket may occur twice. If sock_diag cannot answer, the first call reads all of `/proc/net`.
  ///
  /// - Returns: Whether there may be more.
  /// - Throws: ``SockDiagError``.
  public mutating func next(
    _ walk: inout SocketWalk, _ body: (InetSocket) -> DumpFlow
  ) throws(SockDiagError) -> Bool {
    try reader.next(&walk) { socket in body(socket) }
    return !walk.isOver
  }
}

extension InetReader where Transport: ~Copyable {
  package mutating func begin(_ query: SocketQuery) throws(SockDiagError) -> SocketWalk {
    guard let narrowed = try narrowed(resolved(query)) else { return SocketWalk(query, []) }
    var plan = try plan(for: narrowed)
    // A refusal in the middle of a walk would come after sockets that were passed on.
    if try capabilities.learnRefusals(of: plan.operations, on: &conversation) { plan = try self.plan(for: narrowed) }
    return SocketWalk(query, plan.walks)
  }

  package mutating func next(
    _ walk: inout SocketWalk, _ body: (inout InetSocket) -> DumpFlow
  ) throws(SockDiagError) {
    if walk.isOver { return }
    do throws(SockDiagError) {
      try receive(&walk, body)
    } catch {
      let query = walk.query
      let error = error.explained(for: query).naming(SocketHandler.handler(of: query.protocol))
      if try lacksAll(query, instead: error) {
        walk.defects = .missingStates
      } else {
        walk.defects = try readProcNet(instead: error) { root, process throws(SockDiagError) in
          try ProcNet.forEach(query, root: root, process: process) { socket in
            var socket = socket
            return body(&socket)
          }
        }
      }
      walk.source = .procNet
      walk.isOver = true
    }
  }

  private mutating func receive(
    _ walk: inout SocketWalk, _ body: (inout InetSocket) -> DumpFlow
  ) throws(SockDiagError) {
    // Taken out, so that it is not copied while it changes.
    if walk.step == nil { walk.step = try nextStep(of: &walk) }
    guard var step = walk.step.take() else { return finish(&walk) }
    do throws(SockDiagError) {
      let defects = try conversation.receiveNext(&step.answer, step.request) { bytes, payload in
        step.reading.read(payload, in: bytes, with: &decoder, body)
      }
      guard let defects else {
        walk.step = step
        return
      }
      walk.defects.formUnion(defects.union(step.reading.defects))
    } catch {
      guard isAbsentFamily(step.request, of: step.part.request, error) else { throw error }
    }
    walk.step = walk.defects.contains(.stopped) ? nil : try nextStep(of: &walk)
    if walk.step == nil { finish(&walk) }
  }

  private mutating func finish(_ walk: inout SocketWalk) {
    walk.isOver = true
    substitution = nil
  }

  /// Sends the next request.
  private mutating func nextStep(of walk: inout SocketWalk) throws(SockDiagError) -> SocketWalk.Step? {
    guard let (part, request) = try walk.nextRequest(on: &self) else { return nil }
    return SocketWalk.Step(
      part: part, request: request, answer: try conversation.beginDump(request),
      reading: InetReading(request, part.filter.remainder))
  }
}

extension SocketWalk {
  fileprivate mutating func nextRequest<Transport: NetlinkTransport & ~Copyable>(
    on reader: inout InetReader<Transport>
  ) throws(SockDiagError) -> (QueryPlan.Walk, InetRequest)? {
    while let part = parts.first {
      if requests == nil { requests = try reader.requests(for: part.request) }
      if let request = requests?.next() { return (part, request) }
      requests = nil
      parts.removeFirst()
    }
    return nil
  }
}

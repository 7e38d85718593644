internal import Glibc
package import SockDiagWire

/// Requests and their replies on one netlink socket.
///
/// It knows no family and no bus: requests encode themselves, and records go to the caller as bytes. It owns the buffers
/// and allocates nothing per message. One request is under way at a time.
package struct Conversation<Transport: NetlinkTransport & ~Copyable>: ~Copyable {
  package enum Direction: Sendable { case request, reply }

  private var transport: Transport
  /// The kernel sizes its datagrams to the largest buffer it has seen, up to 32 KiB; a larger buffer gains nothing.
  private var buffer = [UInt8](repeating: 0, count: 32 * 1024)
  private var requestBuffer: [UInt8] = []
  private var sequence: UInt32 = 0
  /// The sequence number of a dump whose end was not read.
  private var unfinished: UInt32?
  /// Sees every datagram sent, and every one received from the kernel.
  package var observer: (@Sendable (Direction, Span<UInt8>) -> Void)?

  /// Stops a conversation from another thread.
  package var stop: StopSignal?

  package init(_ transport: consuming Transport) {
    self.transport = transport
    requestBuffer.reserveCapacity(1024)
  }

  /// Sends a dump request and hands each record of the reply to `body`: the datagram, and where its payload lies.
  ///
  /// - Parameters:
  ///   - request: A request with the flag `NLM_F_DUMP`.
  ///   - operation: What is being done, for errors.
  ///   - body: Called for each record.
  /// - Returns: Whether the records are all there.
  package mutating func dump(
    _ request: some NetlinkRequest, operation: String = "dump sockets",
    _ body: (Span<UInt8>, Range<Int>) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects {
    var answer = try ask(.dump, request, body)
    if answer.verdict?.errno == EBUSY {
      skipInterruptedDump()
      answer = try ask(.dump, request, body)
    }
    return try finish(answer, operation: operation)
  }

  /// What was learnt from a dump that is over.
  private mutating func finish(_ answer: Answer, operation: String) throws(SockDiagError) -> DumpDefects {
    // What is not there now never comes, so nothing is left to drain.
    unfinished = answer.isDone || answer.defects.contains(.unfinished) ? nil : sequence
    // A reader that stopped has what it wanted.
    if answer.defects.contains(.stopped) { return answer.defects }
    guard answer.hasReply else { throw SockDiagError(.noReply, operation: operation) }
    try answer.throwRefusal(operation: operation)
    return answer.defects
  }

  /// The kernel interrupted an earlier dump for lack of memory, and continues it now that something was received.
  private mutating func skipInterruptedDump() {
    var rest = Answer.unrelated
    _ = try? receive(&rest) { _, _ in .continue }
  }

  /// Sends a dump request. ``receiveNext(_:_:)`` receives its answer.
  mutating func beginDump(_ request: some NetlinkRequest) throws(SockDiagError) -> Answer {
    try begin(.dump, request)
  }

  /// Receives the next datagram of a dump and hands each of its records to `body`. The kernel walks on only then.
  ///
  /// - Returns: Whether the records are all there, once the dump is over; otherwise `nil`.
  /// - Throws: ``SockDiagError``; `Code.otherRequest` if another request was sent meanwhile, which ended the dump.
  mutating func receiveNext(
    _ answer: inout Answer, _ request: some NetlinkRequest, _ body: (Span<UInt8>, Range<Int>) -> DumpFlow
  ) throws(SockDiagError) -> DumpDefects? {
    guard answer.belongs(to: sequence) else {
      throw SockDiagError(.otherRequest, operation: "continue a dump")
    }
    try receiveDatagram(&answer, body)
    if answer.verdict?.errno == EBUSY {
      skipInterruptedDump()
      answer = try begin(.dump, request)
      return nil
    }
    return answer.isOver ? try finish(answer, operation: "dump sockets") : nil
  }

  /// Sends a request for one record and hands the reply to `body`; `false` if there is no such socket.
  package mutating func get(
    _ request: some NetlinkRequest, operation: String = "get a socket", _ body: (Span<UInt8>, Range<Int>) -> Void
  ) throws(SockDiagError) -> Bool {
    while true {
      let answer = try ask(.record, request) { datagram, payload in
        body(datagram, payload)
        return .stop
      }
      if answer.defects.contains(.stopped) { return true }
      switch answer.verdict?.errno {
      // ESTALE: the addresses exist, but the cookie belongs to another socket.
      case ENOENT, ESTALE: return false
      case .some: try answer.throwRefusal(operation: operation)
      case nil: break
      }
      // A listener with hundreds of MD5 keys. The request changes nothing, so it can be sent again.
      if answer.defects.contains(.truncated) { continue }
      throw unanswered(answer, operation: operation)
    }
  }

  /// Sends a request whose only reply is an acknowledgement, and returns its result.
  ///
  /// It is sent once: if the reply is lost, the kernel may have acted on it.
  package mutating func acknowledged(
    _ request: some NetlinkRequest, operation: String
  ) throws(SockDiagError) -> NetlinkVerdict {
    let answer = try ask(.acknowledgement, request) { _, _ in .continue }
    if let verdict = answer.verdict { return verdict }
    throw unanswered(answer, operation: operation)
  }

  private func unanswered(_ answer: Answer, operation: String) -> SockDiagError {
    answer.defects.contains(.malformed)
      ? SockDiagError(.malformedReply, operation: operation, wireError: answer.wireError)
      : SockDiagError(.noReply, operation: operation)
  }

  /// Sends a request and receives its answer.
  private mutating func ask(
    _ form: Answer.Form, _ request: some NetlinkRequest, _ body: Answer.Body
  ) throws(SockDiagError) -> Answer {
    var answer = try begin(form, request)
    try receive(&answer, body)
    return answer
  }

  /// Sends a request. Its answer is empty as yet.
  private mutating func begin(
    _ form: Answer.Form, _ request: some NetlinkRequest
  ) throws(SockDiagError) -> Answer {
    drain()
    sequence &+= 1
    do throws(NetlinkRequestFault) {
      try request.encode(sequence: sequence, into: &requestBuffer)
    } catch {
      throw SockDiagError(error, operation: "write a netlink request")
    }
    // The array is shared for a moment, not copied.
    let message = requestBuffer
    observer?(.request, message.span)
    try transport.send(message.span)
    if form == .dump { unfinished = sequence }
    return Answer(form, portID: transport.portID, sequence: sequence, replyType: request.replyType)
  }

  /// Receives datagrams until the answer is over.
  private mutating func receive(_ answer: inout Answer, _ body: Answer.Body) throws(SockDiagError) {
    while !answer.isOver {
      try stop?.check()
      try receiveDatagram(&answer, body)
    }
  }

  /// Receives one datagram, or learns that there is none.
  private mutating func receiveDatagram(_ answer: inout Answer, _ body: Answer.Body) throws(SockDiagError) {
    while true {
      switch transport.receive(into: &buffer) {
      case .datagram(let length, sender: 0):
        deliver(length, to: &answer, body)
        if length > buffer.count { buffer = [UInt8](repeating: 0, count: length) }
      // A process with CAP_NET_ADMIN may send to our port. Only the kernel has port id 0.
      case .datagram, .failure(EINTR): continue
      case .failure(ENOBUFS): answer.defects.insert(.overrun)
      // The kernel answers during the request, so a reply that is not there now never comes.
      case .failure(EAGAIN): answer.defects.insert(.unfinished)
      case .failure(let errno): throw SockDiagError(errno: errno, operation: "receive a netlink reply")
      }
      return
    }
  }

  private func deliver(_ length: Int, to answer: inout Answer, _ body: Answer.Body) {
    let datagram = buffer.span.extracting(0..<min(length, buffer.count))
    observer?(.reply, datagram)
    answer.read(datagram, isTruncated: length > buffer.count, body)
  }

  /// Reads and drops the rest of a dump that the reader left, because the kernel refuses a second dump during the first
  /// (`EBUSY`).
  private mutating func drain() {
    guard let sequence = unfinished else { return }
    unfinished = nil
    var rest = Answer(.dump, portID: transport.portID, sequence: sequence, replyType: .noOperation)
    _ = try? receive(&rest) { _, _ in .continue }
  }
}

extension Conversation: Sendable where Transport: Sendable & ~Copyable {}

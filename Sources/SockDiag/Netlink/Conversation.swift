internal import Glibc
package import SockDiagWire

/// Requests and their replies on one netlink socket: who sent what, where a dump ends, and what went wrong.
///
/// It owns the buffers and allocates nothing per message. One request is under way at a time.
package struct Conversation<Transport: NetlinkTransport & ~Copyable>: ~Copyable {
  package enum Direction: Sendable { case request, reply }

  private var transport: Transport
  /// The kernel fits its datagrams to the largest buffer it has seen, up to 32 KiB; a larger one gains nothing.
  private var buffer = [UInt8](repeating: 0, count: 32 * 1024)
  private var requestBuffer = [UInt8](repeating: 0, count: 1024)
  private var sequence: UInt32 = 0
  /// The sequence number of a dump whose end was not read.
  private var unfinished: UInt32?
  /// Sees every datagram sent, and every one received that counts as a reply.
  package var observer: (@Sendable (Direction, Span<UInt8>) -> Void)?

  package init(_ transport: consuming Transport) {
    self.transport = transport
  }

  /// Sends a dump request and hands each message of the reply to `body`.
  package mutating func dump(
    _ request: InetRequest, _ body: (Span<UInt8>, Range<Int>) -> DumpFlow
  ) throws(SockDiagError) -> Completeness {
    do throws(SockDiagError) {
      return try attempt(request, body)
    } catch {
      guard error.errno == EBUSY else { throw error }
      // For want of memory the kernel broke off an earlier dump, and goes on with it now that something was received.
      discardAll()
      return try attempt(request, body)
    }
  }

  private mutating func attempt(
    _ request: InetRequest, _ body: (Span<UInt8>, Range<Int>) -> DumpFlow
  ) throws(SockDiagError) -> Completeness {
    try send(request)
    unfinished = sequence
    var reading = Reading(portID: transport.portID, sequence: sequence)
    while !reading.isDone {
      switch transport.receive(into: &buffer) {
      case .failure(EINTR): continue
      case .failure(ENOBUFS): reading.completeness.insert(.overrun)
      // The kernel answers while it is asked, so what is not there now never comes.
      case .failure(EAGAIN):
        unfinished = nil
        guard reading.hasReply else { throw SockDiagError(.noReply, operation: "dump sockets") }
        reading.completeness.insert(.unfinished)
        return reading.completeness
      case .failure(let errno): throw SockDiagError(errno: errno, operation: "receive a sock_diag reply")
      case .datagram(let length, sender: 0):
        deliver(length, to: &reading, body)
        if length > buffer.count { buffer = [UInt8](repeating: 0, count: length) }
        if reading.isStopped {
          if reading.isDone { unfinished = nil }
          return reading.completeness
        }
      // A process with CAP_NET_ADMIN may send to our port. Only the kernel's own is zero.
      case .datagram: continue
      }
    }
    unfinished = nil
    if let error = reading.error { throw error }
    return reading.completeness
  }

  private func deliver(_ length: Int, to reading: inout Reading, _ body: (Span<UInt8>, Range<Int>) -> DumpFlow) {
    let datagram = buffer.span.extracting(0..<min(length, buffer.count))
    observer?(.reply, datagram)
    reading.read(datagram, isTruncated: length > buffer.count, body)
  }

  private mutating func discardAll() {
    while true {
      switch transport.receive(into: &buffer) {
      case .failure(EINTR), .failure(ENOBUFS), .datagram: continue
      case .failure: return
      }
    }
  }

  /// Sends an exact request and hands the reply to `body`; `false` if there is no such socket.
  package mutating func get(
    _ request: InetRequest, _ body: (Span<UInt8>, Range<Int>) -> Void
  ) throws(SockDiagError) -> Bool {
    try send(request)
    while true {
      switch transport.receive(into: &buffer) {
      case .failure(EINTR): continue
      case .failure(EAGAIN), .failure(ENOBUFS): throw SockDiagError(.noReply, operation: "get a socket")
      case .failure(let errno): throw SockDiagError(errno: errno, operation: "receive a sock_diag reply")
      case .datagram(let length, sender: 0) where length > buffer.count:
        // A listener with hundreds of MD5 keys. The request changes nothing, so it can be sent again.
        buffer = [UInt8](repeating: 0, count: length)
        try send(request)
      case .datagram(let length, sender: 0):
        let datagram = buffer.span.extracting(0..<length)
        observer?(.reply, datagram)
        if let isFound = try readSingle(datagram, body) { return isFound }
      case .datagram: continue
      }
    }
  }

  /// `nil` if nothing in the datagram answers the request.
  private func readSingle(
    _ datagram: Span<UInt8>, _ body: (Span<UInt8>, Range<Int>) -> Void
  ) throws(SockDiagError) -> Bool? {
    var verdict: NetlinkVerdict?
    var cursor = NetlinkCursor(0..<datagram.count)
    do throws(WireError) {
      while let message = try cursor.next(in: datagram) {
        guard message.header.sequence == sequence, message.header.portID == transport.portID else { continue }
        if message.header.type.isSockDiag {
          body(datagram, message.payload)
          return true
        }
        if message.header.type == .error {
          verdict = try NetlinkVerdict(error: message.payload, flags: message.header.flags, in: datagram)
        }
      }
    } catch {
      throw SockDiagError(.malformedReply, operation: "get a socket", wireError: error)
    }
    switch verdict?.errno {
    // Nothing, or an acknowledgement, which is no answer yet.
    case nil, 0: return nil
    // ESTALE: the addresses are there, but it is another socket than the cookie says.
    case ENOENT, ESTALE: return false
    case .some(let errno):
      throw SockDiagError(errno: errno, operation: "get a socket", kernelMessage: verdict?.message)
    }
  }

  /// Sends a request whose only answer is an acknowledgement, and returns what that says.
  ///
  /// It is sent once: where the answer is lost, it may have been obeyed.
  package mutating func acknowledged(
    _ request: InetRequest, operation: String
  ) throws(SockDiagError) -> NetlinkVerdict {
    try send(request)
    while true {
      switch transport.receive(into: &buffer) {
      case .failure(EINTR): continue
      case .failure(EAGAIN), .failure(ENOBUFS): throw SockDiagError(.noReply, operation: operation)
      case .failure(let errno): throw SockDiagError(errno: errno, operation: "receive a sock_diag reply")
      case .datagram(let length, sender: 0):
        let datagram = buffer.span.extracting(0..<min(length, buffer.count))
        observer?(.reply, datagram)
        if let verdict = try readAcknowledgement(datagram, operation) { return verdict }
      case .datagram: continue
      }
    }
  }

  /// `nil` if nothing in the datagram answers the request.
  private func readAcknowledgement(
    _ datagram: Span<UInt8>, _ operation: String
  ) throws(SockDiagError) -> NetlinkVerdict? {
    var cursor = NetlinkCursor(0..<datagram.count)
    do throws(WireError) {
      while let message = try cursor.next(in: datagram) {
        guard message.header.sequence == sequence, message.header.portID == transport.portID else { continue }
        if message.header.type == .error {
          return try NetlinkVerdict(error: message.payload, flags: message.header.flags, in: datagram)
        }
      }
    } catch {
      throw SockDiagError(.malformedReply, operation: operation, wireError: error)
    }
    return nil
  }

  private mutating func send(_ request: InetRequest) throws(SockDiagError) {
    drain()
    sequence &+= 1
    let needed = 256 + request.bytecode.count
    if requestBuffer.count < needed { requestBuffer = [UInt8](repeating: 0, count: needed) }
    let length = try transport.write(request, sequence: sequence, into: &requestBuffer)
    observer?(.request, requestBuffer.span.extracting(0..<length))
    try transport.send(requestBuffer, count: length)
  }

  /// Reads and drops the rest of a dump that the reader left, since the kernel refuses a second dump on a socket that
  /// is still in one (`EBUSY`).
  private mutating func drain() {
    guard let sequence = unfinished else { return }
    unfinished = nil
    var reading = Reading(portID: transport.portID, sequence: sequence)
    while !reading.isDone {
      switch transport.receive(into: &buffer) {
      case .failure(EINTR), .failure(ENOBUFS): continue
      case .failure: return
      case .datagram(let length, sender: 0):
        deliver(length, to: &reading) { _, _ in .continue }
      case .datagram: continue
      }
    }
  }
}

extension Conversation: Sendable where Transport: Sendable & ~Copyable {}

/// What is known about a dump while it is being read.
private struct Reading {
  let portID: UInt32
  let sequence: UInt32
  var completeness = Completeness.complete
  var isDone = false
  var isStopped: Bool { completeness.contains(.stopped) }
  /// Whether anything answered at all.
  var hasReply = false
  var error: SockDiagError?

  init(portID: UInt32, sequence: UInt32) {
    self.portID = portID
    self.sequence = sequence
  }

  mutating func read(
    _ datagram: Span<UInt8>, isTruncated: Bool, _ body: (Span<UInt8>, Range<Int>) -> DumpFlow
  ) {
    if isTruncated { completeness.insert(.truncated) }
    var cursor = NetlinkCursor(0..<datagram.count)
    do throws(WireError) {
      while let message = try cursor.next(in: datagram) {
        guard message.header.sequence == sequence, message.header.portID == portID else { continue }
        hasReply = true
        if message.header.flags.contains(.dumpInterrupted), message.header.type != .error {
          completeness.insert(.interrupted)
        }
        if message.header.type.isSockDiag {
          // After a stop the datagram is still searched for the end of the dump, which saves draining.
          if !isStopped, body(datagram, message.payload) == .stop { completeness.insert(.stopped) }
        } else {
          try readControl(message, in: datagram)
        }
      }
    } catch {
      // The message that the end of the buffer cut through is no defect of its own.
      if !isTruncated { completeness.insert(.malformed) }
    }
  }

  private mutating func readControl(
    _ message: NetlinkCursor.Message, in datagram: Span<UInt8>
  ) throws(WireError) {
    switch message.header.type {
    case .overrun:
      completeness.insert(.overrun)
    case .done:
      isDone = true
      let verdict = NetlinkVerdict(done: message.payload, flags: message.header.flags, in: datagram)
      fail(verdict, whenMissing: .missingProtocolHandler)
    case .error:
      let verdict = try NetlinkVerdict(error: message.payload, flags: message.header.flags, in: datagram)
      // Errno 0 is an acknowledgement.
      if verdict.errno != 0 { isDone = true }
      fail(verdict, whenMissing: .missingFamily)
    default: break
    }
  }

  private mutating func fail(_ verdict: NetlinkVerdict, whenMissing missing: SockDiagError.Code) {
    switch verdict.errno {
    case 0: break
    case ENOENT:
      error = SockDiagError(missing, operation: "dump sockets", errno: ENOENT, kernelMessage: verdict.message)
    default:
      error = SockDiagError(errno: verdict.errno, operation: "dump sockets", kernelMessage: verdict.message)
    }
  }
}

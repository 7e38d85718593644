internal import Glibc
internal import SockDiagWire

/// The answer to one request, as far as it was received.
struct Answer: Sendable {
  /// How an answer ends.
  enum Form: Sendable {
    /// With a done message or an error, however much is lost on the way.
    case dump
    /// With one record or an error. A loss ends it too: nothing follows.
    case record
    /// With an error message, which confirms the request if its errno is 0. A loss ends it too.
    case acknowledgement
  }

  /// A message: the datagram, and where the payload lies in it.
  typealias Body = (Span<UInt8>, Range<Int>) -> DumpFlow

  private let form: Form
  private let portID: UInt32
  private let sequence: UInt32
  /// The number alone: comparing the type itself is a call into another module, for each record.
  private let replyType: UInt16

  /// What may be missing. `stopped` if the reader wanted no more records.
  var defects = DumpDefects.complete
  /// Whether the kernel's last message came.
  private(set) var isDone = false
  /// Whether any reply arrived.
  private(set) var hasReply = false
  /// What the last message says.
  private(set) var verdict: NetlinkVerdict?
  /// Whether a done message says it, and not an error message.
  private(set) var endsWithDone = false
  /// What is wrong with the first malformed message.
  private(set) var wireError: WireError?

  init(_ form: Form, portID: UInt32, sequence: UInt32, replyType: NetlinkMessageType) {
    self.form = form
    self.portID = portID
    self.sequence = sequence
    self.replyType = replyType.rawValue
  }

  /// An answer that no message belongs to: the kernel sends no reply to port 0.
  static let unrelated = Answer(.dump, portID: 0, sequence: 0, replyType: .noOperation)

  /// Whether this is the answer to the request with that number.
  func belongs(to sequence: UInt32) -> Bool { self.sequence == sequence }

  /// Whether nothing more is to be received.
  var isOver: Bool {
    if isDone || !defects.isDisjoint(with: [.stopped, .unfinished]) { return true }
    return form != .dump && !defects.isComplete
  }

  /// Reads the messages of a datagram that answer the request. Hands each record to `body`.
  mutating func read(_ datagram: Span<UInt8>, isTruncated: Bool, _ body: Body) {
    if isTruncated { defects.insert(.truncated) }
    var cursor = NetlinkCursor(0..<datagram.count)
    do throws(WireError) {
      while let message = try cursor.next(in: datagram) {
        guard message.header.sequence == sequence, message.header.portID == portID else { continue }
        hasReply = true
        if message.header.flags.contains(.dumpInterrupted), message.header.type != .error {
          defects.insert(.interrupted)
        }
        if message.header.type.rawValue == replyType {
          // After a stop the datagram is still searched for the end of the dump, which may save draining.
          if !defects.contains(.stopped), body(datagram, message.payload) == .stop {
            defects.insert(.stopped)
          }
        } else {
          try readControl(message, in: datagram)
        }
      }
    } catch {
      // The message that was cut at the end of the buffer is not a separate defect.
      guard !isTruncated else { return }
      defects.insert(.malformed)
      wireError = wireError ?? error
    }
  }

  private mutating func readControl(
    _ message: NetlinkCursor.Message, in datagram: Span<UInt8>
  ) throws(WireError) {
    switch message.header.type {
    case .overrun: defects.insert(.overrun)
    case .done:
      isDone = true
      endsWithDone = true
      verdict = NetlinkVerdict(done: message.payload, flags: message.header.flags, in: datagram)
    case .error:
      let verdict = try NetlinkVerdict(error: message.payload, flags: message.header.flags, in: datagram)
      // An acknowledgement is no answer to a request for records.
      guard verdict.errno != 0 || form == .acknowledgement else { return }
      isDone = true
      self.verdict = verdict
    default: break
    }
  }

  /// Throws the kernel's refusal, if it refused.
  func throwRefusal(operation: String) throws(SockDiagError) {
    guard let verdict, verdict.errno != 0 else { return }
    guard verdict.errno == ENOENT, form == .dump else {
      throw SockDiagError(errno: verdict.errno, operation: operation, kernelMessage: verdict.message)
    }
    // The same errno means two things, depending on the message that carries it.
    throw SockDiagError(
      endsWithDone ? .missingProtocolHandler : .missingFamily, operation: operation, errno: ENOENT,
      kernelMessage: verdict.message)
  }
}

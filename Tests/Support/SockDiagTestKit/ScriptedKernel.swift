package import SockDiag
import SockDiagTesting
package import SockDiagWire
import Synchronization

/// A fake kernel that answers with a script.
///
/// Each request has a list of events. Events that are left when the next request comes stay in the socket, as in a real
/// kernel.
///
/// It may still be in an earlier dump that it interrupted for lack of memory. Until the end of that dump was received,
/// it refuses every request with `EBUSY`, and it continues the dump whenever something was received (`netlink_recvmsg`,
/// net/netlink/af_netlink.c).
package struct ScriptedKernel: NetlinkTransport, ~Copyable {
  /// What the next receive call returns.
  package enum Event: Sendable {
    /// A datagram of messages from the kernel.
    case messages([Message])
    /// A datagram from another process.
    case foreign(port: UInt32, [Message])
    /// A datagram longer than the buffer: its first bytes arrive, and the length shows how long it was.
    case truncated([Message], length: Int)
    /// Raw bytes from the kernel.
    case bytes([UInt8])
    /// No datagram.
    case failure(Int32)
  }

  /// A message; its header is filled in from the request that it answers.
  package enum Message: Sendable {
    case socket(port: UInt16, cookie: UInt64, state: SocketState = .established)
    case socketWithAttributes(port: UInt16, cookie: UInt64, [UInt8])
    /// A record of any other kind: the type of its message, and the payload.
    case record(NetlinkMessageType, [UInt8])
    case done(errno: Int32 = 0, words: String? = nil)
    case error(Int32, words: String? = nil)
    case overrun
    case noOperation
    /// The same, with the flag for a table that changed during the dump.
    indirect case interrupted(Message)
    /// The same, for a request other than the last.
    indirect case withSequence(UInt32, Message)
    /// The same, for another reader.
    indirect case withPortID(UInt32, Message)
  }

  /// What a test can inspect while a reader owns the kernel.
  package final class Log: Sendable {
    private struct Entries {
      var messages: [[UInt8]] = []
      var unread = 0
      var unreadBefore: [Int] = []
      var receptions = 0
    }
    private let entries = Mutex(Entries())
    package init() {}
    /// The bytes of each request.
    package var messages: [[UInt8]] { entries.withLock { $0.messages } }
    /// The requests for inet sockets, decoded.
    package var requests: [InetRequest] { messages.compactMap(Self.inetRequest) }
    /// Events that were not received yet.
    package var unreadEvents: Int { entries.withLock { $0.unread } }
    /// How many events were left when each request was sent. The kernel refuses a dump during another dump.
    package var unreadBeforeRequests: [Int] { entries.withLock { $0.unreadBefore } }
    /// The number of receive calls.
    package var receptions: Int { entries.withLock { $0.receptions } }

    private static func inetRequest(_ message: [UInt8]) -> InetRequest? {
      var cursor = NetlinkCursor(0..<message.count)
      guard let first = try? cursor.next(in: message.span) else { return nil }
      return try? InetRequest(first, in: message.span)
    }

    fileprivate func append(_ message: [UInt8]) {
      entries.withLock { log in
        log.messages.append(message)
        log.unreadBefore.append(log.unread)
      }
    }
    fileprivate func setUnread(_ count: Int) { entries.withLock { $0.unread = count } }
    fileprivate func countReception() { entries.withLock { $0.receptions += 1 } }
  }

  package let portID: UInt32 = 4242
  private var script: [[Event]]
  /// The remaining parts of an earlier dump.
  private var rest: [Event]
  private var pending: [(header: NetlinkHeader, event: Event)] = []
  private let log: Log

  /// Creates a kernel.
  ///
  /// - Parameters:
  ///   - script: The events for each request.
  ///   - rest: The remaining parts of an earlier dump, whose sequence number is 99.
  ///   - log: Records the requests.
  package init(_ script: [[Event]], rest: [Event] = [], log: Log = Log()) {
    self.script = script
    self.rest = rest
    self.log = log
  }

  package mutating func send(_ message: Span<UInt8>) throws(SockDiagError) {
    let bytes = message.indices.map { message[$0] }
    var cursor = NetlinkCursor(0..<bytes.count)
    // EINVAL
    guard let header = try? cursor.next(in: bytes.span)?.header, header.flags.contains(.request) else {
      throw SockDiagError(.invalidRequest, operation: "send a netlink request", errno: 22)
    }
    log.append(bytes)
    if !rest.isEmpty {
      // EBUSY
      pending.append((header, .messages([.error(16)])))
      return
    }
    if script.isEmpty { return }
    pending += script.removeFirst().map { (header, $0) }
    log.setUnread(pending.count)
  }

  package mutating func receive(into buffer: inout [UInt8]) -> Reception {
    log.countReception()
    // EAGAIN, as from a real socket that is empty.
    guard !pending.isEmpty else { return .failure(11) }
    let (header, event) = pending.removeFirst()
    if !rest.isEmpty {
      var earlier = header
      earlier.sequence = 99
      pending.append((earlier, rest.removeFirst()))
    }
    log.setUnread(pending.count)
    switch event {
    case .failure(let errno): return .failure(errno)
    case .bytes(let bytes): return store(bytes, from: 0, into: &buffer)
    case .messages(let messages): return store(encode(messages, header), from: 0, into: &buffer)
    case .foreign(let port, let messages): return store(encode(messages, header), from: port, into: &buffer)
    case .truncated(let messages, let length):
      _ = store(encode(messages, header), from: 0, into: &buffer)
      return .datagram(length: length, sender: 0)
    }
  }

  private func store(_ bytes: [UInt8], from sender: UInt32, into buffer: inout [UInt8]) -> Reception {
    let count = min(bytes.count, buffer.count)
    buffer.replaceSubrange(0..<count, with: bytes[..<count])
    return .datagram(length: bytes.count, sender: sender)
  }

  private func encode(_ messages: [Message], _ request: NetlinkHeader) -> [UInt8] {
    var reply = request
    reply.portID = portID
    reply.flags = .multipart
    return messages.flatMap { encode($0, reply).bytes }
  }

  /// A message with a header whose type is that of the request.
  private func encode(_ message: Message, _ header: NetlinkHeader) -> NetlinkBytes {
    func build(_ type: NetlinkMessageType, _ payload: [UInt8] = [], _ more: NetlinkFlags = []) -> NetlinkBytes {
      .message(
        type, flags: header.flags.union(more), sequence: header.sequence, portID: header.portID, payload: payload)
    }
    var other = header
    switch message {
    case .socket(let port, let cookie, let state):
      return build(header.type, NetlinkBytes.record(port: port, cookie: cookie, state: state))
    case .socketWithAttributes(let port, let cookie, let attributes):
      return build(header.type, NetlinkBytes.record(port: port, cookie: cookie) + attributes)
    case .record(let type, let payload): return build(type, payload)
    case .done(let errno, nil): return build(.done, NetlinkBytes.errno(errno))
    case .done(let errno, let words?):
      let text = NetlinkBytes.attribute(1, Array(words.utf8) + [0])
      return build(.done, NetlinkBytes.errno(errno) + text, .extendedAcknowledgement)
    case .error(let errno, let words):
      return build(
        .error, NetlinkBytes.refusal(errno, words: words), words == nil ? .capped : [.capped, .extendedAcknowledgement])
    case .overrun: return build(.overrun)
    case .noOperation: return build(.noOperation)
    case .interrupted(let inner):
      other.flags.insert(.dumpInterrupted)
      return encode(inner, other)
    case .withSequence(let sequence, let inner):
      other.sequence = sequence
      return encode(inner, other)
    case .withPortID(let portID, let inner):
      other.portID = portID
      return encode(inner, other)
    }
  }
}

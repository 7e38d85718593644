package import SockDiag
import SockDiagTesting
package import SockDiagWire
import Synchronization

/// A kernel that answers as a test tells it to.
///
/// For each request it has a list of events; what is left of them when the next request comes stays in the socket, as it
/// does with a real kernel.
///
/// It may be in the middle of an earlier dump, which it broke off for want of memory. Until the end of that was received it
/// refuses every request with `EBUSY`, and it goes on with it whenever something was received (`netlink_recvmsg`,
/// net/netlink/af_netlink.c).
package struct ScriptedKernel: NetlinkTransport, ~Copyable {
  /// What the next attempt to receive brings.
  package enum Event: Sendable {
    /// A datagram of messages from the kernel.
    case messages([Message])
    /// A datagram from another process.
    case foreign(port: UInt32, [Message])
    /// A datagram longer than the buffer: its first bytes arrive, the length tells the rest.
    case truncated([Message], length: Int)
    /// Raw bytes from the kernel.
    case bytes([UInt8])
    /// No datagram.
    case failure(Int32)
  }

  /// A message; the header is filled in from the request that it answers.
  package enum Message: Sendable {
    case socket(port: UInt16, cookie: UInt64, state: SocketState = .established)
    case socketWithAttributes(port: UInt16, cookie: UInt64, [UInt8])
    case done(errno: Int32 = 0, words: String? = nil)
    case error(Int32, words: String? = nil)
    case overrun
    case noOperation
    /// The same with the flag that says that the table changed.
    indirect case interrupted(Message)
    /// The same for another request than the last.
    indirect case withSequence(UInt32, Message)
    /// The same for another reader.
    indirect case withPortID(UInt32, Message)
  }

  /// What a test can look at while a reader owns the kernel.
  package final class Log: Sendable {
    private let entries = Mutex<(requests: [InetRequest], unread: Int, unreadBefore: [Int], receptions: Int)>(
      ([], 0, [], 0))
    package init() {}
    package var requests: [InetRequest] { entries.withLock { $0.requests } }
    /// Events that nobody has received yet.
    package var unreadEvents: Int { entries.withLock { $0.unread } }
    /// How many were left when each request was sent. The kernel refuses a dump while it is in another.
    package var unreadBeforeRequests: [Int] { entries.withLock { $0.unreadBefore } }
    /// How often somebody tried to receive.
    package var receptions: Int { entries.withLock { $0.receptions } }
    fileprivate func append(_ request: InetRequest) {
      entries.withLock { log in
        log.requests.append(request)
        log.unreadBefore.append(log.unread)
      }
    }
    fileprivate func setUnread(_ count: Int) { entries.withLock { $0.unread = count } }
    fileprivate func countReception() { entries.withLock { $0.receptions += 1 } }
  }

  package let portID: UInt32 = 4242
  private var script: [[Event]]
  /// What is still to come of an earlier dump.
  private var rest: [Event]
  private var pending: [(sequence: UInt32, event: Event)] = []
  private var sequence: UInt32 = 0
  private let log: Log

  /// Creates a kernel.
  ///
  /// - Parameters:
  ///   - script: What each request brings.
  ///   - rest: What is still to come of an earlier dump, whose sequence number is 99.
  ///   - log: Where requests are noted.
  package init(_ script: [[Event]], rest: [Event] = [], log: Log = Log()) {
    self.script = script
    self.rest = rest
    self.log = log
  }

  package mutating func write(
    _ request: InetRequest, sequence: UInt32, into buffer: inout [UInt8]
  ) throws(SockDiagError) -> Int {
    // As much as the longest form of a request and its attributes take, as with the real one.
    guard buffer.count >= 128 + request.bytecode.count else {
      throw SockDiagError(.system, operation: "write a sock_diag request", errno: 90)
    }
    log.append(request)
    self.sequence = sequence
    return 0
  }

  package mutating func send(_ buffer: [UInt8], count: Int) throws(SockDiagError) {
    if !rest.isEmpty {
      // EBUSY
      pending.append((sequence, .messages([.error(16)])))
      return
    }
    if script.isEmpty { return }
    pending += script.removeFirst().map { (sequence, $0) }
    log.setUnread(pending.count)
  }

  package mutating func receive(into buffer: inout [UInt8]) -> Reception {
    log.countReception()
    // EAGAIN, as from a real socket that is empty.
    guard !pending.isEmpty else { return .failure(11) }
    let (sequence, event) = pending.removeFirst()
    if !rest.isEmpty { pending.append((99, rest.removeFirst())) }
    log.setUnread(pending.count)
    switch event {
    case .failure(let errno): return .failure(errno)
    case .bytes(let bytes): return store(bytes, from: 0, into: &buffer)
    case .messages(let messages): return store(encode(messages, sequence), from: 0, into: &buffer)
    case .foreign(let port, let messages): return store(encode(messages, sequence), from: port, into: &buffer)
    case .truncated(let messages, let length):
      _ = store(encode(messages, sequence), from: 0, into: &buffer)
      return .datagram(length: length, sender: 0)
    }
  }

  private func store(_ bytes: [UInt8], from sender: UInt32, into buffer: inout [UInt8]) -> Reception {
    let count = min(bytes.count, buffer.count)
    buffer.replaceSubrange(0..<count, with: bytes[..<count])
    return .datagram(length: bytes.count, sender: sender)
  }

  private func encode(_ messages: [Message], _ sequence: UInt32) -> [UInt8] {
    messages.flatMap { encode($0, sequence, portID, .multipart).bytes }
  }

  private func encode(
    _ message: Message, _ sequence: UInt32, _ portID: UInt32, _ flags: NetlinkFlags
  ) -> NetlinkBytes {
    func build(_ type: NetlinkMessageType, _ payload: [UInt8] = [], _ more: NetlinkFlags = []) -> NetlinkBytes {
      .message(type, flags: flags.union(more), sequence: sequence, portID: portID, payload: payload)
    }
    switch message {
    case .socket(let port, let cookie, let state):
      return build(.sockDiagByFamily, NetlinkBytes.record(port: port, cookie: cookie, state: state))
    case .socketWithAttributes(let port, let cookie, let attributes):
      return build(.sockDiagByFamily, NetlinkBytes.record(port: port, cookie: cookie) + attributes)
    case .done(let errno, nil): return build(.done, NetlinkBytes.errno(errno))
    case .done(let errno, let words?):
      let text = NetlinkBytes.attribute(1, Array(words.utf8) + [0])
      return build(.done, NetlinkBytes.errno(errno) + text, .extendedAcknowledgement)
    case .error(let errno, let words):
      return build(
        .error, NetlinkBytes.refusal(errno, words: words), words == nil ? .capped : [.capped, .extendedAcknowledgement])
    case .overrun: return build(.overrun)
    case .noOperation: return build(.noOperation)
    case .interrupted(let inner): return encode(inner, sequence, portID, flags.union(.dumpInterrupted))
    case .withSequence(let other, let inner): return encode(inner, other, portID, flags)
    case .withPortID(let other, let inner): return encode(inner, sequence, other, flags)
    }
  }
}

internal import Glibc
internal import SockDiagWire

/// Turns datagrams into events and counts those that the kernel dropped.
///
/// When the receive buffer is full, the kernel drops and counts messages until the reader has emptied the queue
/// (netlink_overrun, netlink_rcv_wake; net/netlink/af_netlink.c). It reports this once, with `ENOBUFS` from the next
/// receive call, before the messages that it queued earlier. So `ENOBUFS` shows neither the number nor the position of
/// the lost messages: they come after the queue, and more are lost while the queue is being read. Therefore a gap is
/// reported when the queue is empty, with the kernel's count, which is read each time.
package struct EventReader<Transport: EventTransport & ~Copyable>: ~Copyable {
  package var transport: Transport
  /// An event has about 400 bytes.
  private var buffer = [UInt8](repeating: 0, count: 8 * 1024)
  private var cursor = NetlinkCursor(0..<0)
  /// The full length of a datagram that did not fit into the buffer.
  private var truncatedLength: Int?
  private var decoder = InetDecoder()
  /// The gap to report after the last returned event.
  private var fault: WireError?
  /// The part of the kernel's count of drops that gaps have reported.
  private var toldDrops: UInt32
  /// Whether the kernel reported drops that no gap contains yet.
  private var isOverrun = false

  /// The time until which the kernel's count may rise without a wake-up.
  ///
  /// The kernel first marks the socket as full and counts afterwards. A reader on another processor can see the mark
  /// long before the count if the kernel's thread is delayed. So for a while after each sign of a loss, a waiting
  /// reader looks again every ``recheckMilliseconds``.
  private var recheckEnd: ContinuousClock.Instant?
  private let recheckTime: Duration
  package static var recheckMilliseconds: Int32 { 100 }

  package init(_ transport: consuming Transport, recheckTime: Duration = .seconds(5)) {
    toldDrops = transport.drops() ?? 0
    self.transport = transport
    self.recheckTime = recheckTime
  }

  /// Whether a loss may still be counted without a wake-up.
  package var needsRecheck: Bool { recheckEnd.map { $0 > .now } ?? false }

  /// The next event, or `nil` if there is none now.
  package mutating func nextIfReady() throws(SockDiagError) -> SocketEvent? {
    while true {
      if let event = nextOfDatagram() { return event }
      switch transport.receive(into: &buffer) {
      case .datagram(let length, sender: 0):
        cursor = NetlinkCursor(0..<min(length, buffer.count))
        truncatedLength = length > buffer.count ? length : nil
      // A process with CAP_NET_ADMIN may send to our port and to the groups. Only the kernel has port id 0.
      case .datagram: continue
      case .failure(EINTR): continue
      case .failure(ENOBUFS):
        // The second one in a row: in between, the queue was empty for a moment.
        let gap = isOverrun ? takeGap() : nil
        isOverrun = true
        recheckEnd = .now + recheckTime
        if let gap { return gap }
      case .failure(EAGAIN): return takeGap()
      case .failure(let errno): throw SockDiagError(errno: errno, operation: "receive socket events")
      }
    }
  }

  /// The number of messages that the kernel has dropped since the last gap.
  private mutating func takeGap() -> SocketEvent? {
    let wasOverrun = isOverrun
    isOverrun = false
    guard let count = transport.drops() else {
      return wasOverrun ? .gap(EventGap(dropped: nil)) : nil
    }
    let dropped = count &- toldDrops
    guard dropped > 0 else { return nil }
    toldDrops = count
    recheckEnd = .now + recheckTime
    return .gap(EventGap(dropped: Int(dropped)))
  }

  /// The next event of the datagram in the buffer.
  private mutating func nextOfDatagram() -> SocketEvent? {
    if let fault {
      self.fault = nil
      return .gap(EventGap(dropped: 0, malformed: 1, wireError: fault))
    }
    do throws(WireError) {
      while let message = try nextMessage() {
        // Nothing is sent from this socket, so replies to requests are not for it.
        guard message.header.type == .sockDiagByFamily, message.header.sequence == 0, message.header.portID == 0 else {
          continue
        }
        var socket = InetSocket()
        let bytes = buffer
        fault = try decoder.decode(message.payload, in: bytes.span, protocol: .unspecified, into: &socket)
        return .destroyed(socket)
      }
      return nil
    } catch {
      return .gap(EventGap(dropped: 0, malformed: 1, wireError: error))
    }
  }

  private mutating func nextMessage() throws(WireError) -> NetlinkCursor.Message? {
    let length = truncatedLength
    do throws(WireError) {
      // The array is shared for a moment, not copied.
      let bytes = buffer
      if let message = try cursor.next(in: bytes.span) { return message }
    } catch {
      // The messages after an impossible length cannot be located.
      cursor = NetlinkCursor(0..<0)
      guard length != nil else { throw error }
    }
    guard let length else { return nil }
    truncatedLength = nil
    let held = buffer.count
    buffer = [UInt8](repeating: 0, count: length)
    throw WireError(.messageLength, at: held, "a datagram has \(length) bytes, of which \(held) were received")
  }
}

extension EventReader: Sendable where Transport: Sendable & ~Copyable {}

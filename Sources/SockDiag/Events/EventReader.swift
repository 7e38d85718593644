internal import Glibc
internal import SockDiagWire

/// Makes events of what a subscription receives, and keeps the account of what it does not.
///
/// The kernel drops a message when the receive buffer is full, counts it, and goes on dropping until the reader has
/// emptied the queue (netlink_overrun, netlink_rcv_wake; net/netlink/af_netlink.c). It says so once, with `ENOBUFS`
/// from the next receive call, although what it queued before is still there to be read. So `ENOBUFS` tells neither how
/// much is lost nor where: the loss lies behind the queue, and it grows while that is being read. The gap is therefore
/// told when the queue has run empty, and from the kernel's count, which is looked at whenever that happens.
package struct EventReader<Transport: EventTransport & ~Copyable>: ~Copyable {
  package var transport: Transport
  /// An event has about 400 bytes.
  private var buffer = [UInt8](repeating: 0, count: 8 * 1024)
  private var cursor = NetlinkCursor(0..<0)
  /// The full length of a datagram of which the buffer holds only the beginning.
  private var truncatedLength: Int?
  private var decoder = InetDecoder()
  /// What is to be told after the event that was handed out last.
  private var fault: WireError?
  /// The kernel's count of drops, as far as gaps have told of it.
  private var toldDrops: UInt32
  /// Whether the kernel said that it drops and no gap has told of it.
  private var isOverrun = false

  /// Until when the kernel's count may rise although nothing more is queued, so that a sleeper would not hear of it.
  ///
  /// The kernel marks the socket as full first and counts afterwards: a reader on another processor can see the one
  /// before the other, and by long before where the kernel's own thread is kept from running. So for a while after each
  /// sign of a loss who waits looks again every ``recheckMilliseconds``.
  private var recheckEnd: ContinuousClock.Instant?
  private let recheckTime: Duration
  package static var recheckMilliseconds: Int32 { 100 }

  package init(_ transport: consuming Transport, recheckTime: Duration = .seconds(5)) {
    toldDrops = transport.drops() ?? 0
    self.transport = transport
    self.recheckTime = recheckTime
  }

  /// Whether a loss may still be counted that no wake-up tells of.
  package var needsRecheck: Bool { recheckEnd.map { $0 > .now } ?? false }

  /// The next event, or `nil` if there is none now.
  package mutating func nextIfReady() throws(SockDiagError) -> SocketEvent? {
    while true {
      if let event = nextOfDatagram() { return event }
      switch transport.receive(into: &buffer) {
      case .datagram(let length, sender: 0):
        cursor = NetlinkCursor(0..<min(length, buffer.count))
        truncatedLength = length > buffer.count ? length : nil
      // A process with CAP_NET_ADMIN may send to our port and to the groups. Only the kernel's own is zero.
      case .datagram: continue
      case .failure(EINTR): continue
      case .failure(ENOBUFS):
        // The second one in a row: the queue was empty in between, if only for a moment.
        let gap = isOverrun ? takeGap() : nil
        isOverrun = true
        recheckEnd = .now + recheckTime
        if let gap { return gap }
      case .failure(EAGAIN): return takeGap()
      case .failure(let errno): throw SockDiagError(errno: errno, operation: "receive socket events")
      }
    }
  }

  /// What the kernel has dropped since the last gap.
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
        // Nothing is ever sent from here, so what answers a request is not for us.
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
      // Behind a length that cannot be believed nothing is found again.
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

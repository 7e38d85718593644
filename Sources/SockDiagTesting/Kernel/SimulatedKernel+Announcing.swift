public import SockDiag
import Synchronization

extension SimulatedKernel {
  /// Ends a socket, as when its program closes it: it leaves the list, and its end is announced to subscribers.
  ///
  /// - Parameters:
  ///   - socket: The socket, found by its cookie. One that is not in the list began and ended unseen.
  ///   - timeWait: Whether a TIME_WAIT record with the same cookie takes its place.
  ///   - change: Changes what the announcement says, such as the last figures.
  public func end(
    _ socket: InetSocket, leavingTimeWait timeWait: Bool = false, _ change: (inout InetSocketFields) -> Void = { _ in }
  ) {
    announce(socket, change)
    guard let index = sockets.firstIndex(where: { $0.cookie == socket.cookie }) else { return }
    if timeWait {
      sockets[index] = socket.changing {
        $0.state = .timeWait
        $0.inode = 0
        $0.timer = SocketTimer(.timeWait, expiresMilliseconds: 60_000, retransmits: 0)
        $0.tcpInfo = nil
      }
    } else {
      sockets.remove(at: index)
    }
  }

  /// Announces the end of a socket to subscribers, and does nothing else.
  public func announce(_ socket: InetSocket, _ change: (inout InetSocketFields) -> Void = { _ in }) {
    var fields = InetSocketFields(socket)
    change(&fields)
    fields.state = .close
    fields.inode = 0
    fields.uid = 0
    let transport = NetlinkBytes.attribute(10, [UInt8(truncatingIfNeeded: fields.protocol.rawValue)])
    let payload = fields.payload(.all, includesStorages: false) + transport
    let message = NetlinkBytes.message(.sockDiagByFamily, flags: [], sequence: 0, portID: 0, payload: payload)
    subscribers.forEach { $0.add(message.bytes) }
  }

  /// Lets the announcements of this many ends be lost, as when the receive buffer of a subscriber is full.
  public func dropAnnouncements(_ count: Int) { subscribers.forEach { $0.drop(UInt32(clamping: count)) } }

  private var subscribers: [SimulatedSubscriber] { state.withLock { $0.subscribers.compactMap(\.subscriber) } }

  func subscribe(_ subscriber: SimulatedSubscriber) {
    state.withLock { state in
      state.subscribers.removeAll { $0.subscriber == nil }
      state.subscribers.append(WeakSubscriber(subscriber))
    }
  }
}

extension SocketEvents {
  /// The announcements of a simulated kernel from now on.
  ///
  /// Read them with ``nextIfReady()`` or with a tracker: nothing wakes a reader that waits.
  public init(from kernel: SimulatedKernel) {
    let subscriber = SimulatedSubscriber()
    kernel.subscribe(subscriber)
    self.init(standIn: subscriber)
  }
}

/// Does not keep a subscriber alive that nobody reads.
struct WeakSubscriber: Sendable {
  weak let subscriber: SimulatedSubscriber?

  init(_ subscriber: SimulatedSubscriber) { self.subscriber = subscriber }
}

/// What waits for one subscriber.
final class SimulatedSubscriber: StandInEvents {
  private struct State {
    var waiting: [[UInt8]] = []
    var dropped: UInt32 = 0
    var isOverrun = false
  }

  private let state = Mutex(State())

  // poll(2) ignores it.
  var fileDescriptor: Int32 { -1 }

  func add(_ message: [UInt8]) { state.withLock { $0.waiting.append(message) } }

  func drop(_ count: UInt32) {
    state.withLock { state in
      state.dropped &+= count
      state.isOverrun = true
    }
  }

  func drops() -> UInt32? { state.withLock { $0.dropped } }

  func receive(into buffer: inout [UInt8]) -> Reception {
    let (isOverrun, next) = state.withLock { state -> (Bool, [UInt8]?) in
      defer { state.isOverrun = false }
      if state.isOverrun { return (true, nil) }
      return (false, state.waiting.isEmpty ? nil : state.waiting.removeFirst())
    }
    // ENOBUFS and EAGAIN.
    guard let next else { return .failure(isOverrun ? 105 : 11) }
    let count = min(next.count, buffer.count)
    buffer.replaceSubrange(0..<count, with: next[..<count])
    return .datagram(length: next.count, sender: 0)
  }
}

internal import SockDiagWire

/// The kernel's announcements of ends, collected until a round takes them.
struct EndAnnouncements: ~Copyable, Sendable {
  private var events: SocketEvents?
  /// Readable while announcements wait; `nil` if there are none to expect.
  let fileDescriptor: Int32?
  /// The final records of sockets that ended.
  var sockets: [InetSocket] = []
  /// The announcements that are missing.
  var gap: EventGap?

  /// No announcements.
  init() {
    events = nil
    fileDescriptor = nil
  }

  init(_ events: consuming SocketEvents) {
    fileDescriptor = events.fileDescriptor
    self.events = consume events
  }

  /// Whether announcements are received.
  var areExpected: Bool { fileDescriptor != nil }

  /// Takes what waits in the kernel.
  mutating func collect() throws(SockDiagError) {
    while let event = try events?.nextIfReady() {
      switch event {
      case .destroyed(let socket): sockets.append(socket)
      case .gap(let more): gap = gap.map { $0.merged(with: more) } ?? more
      }
    }
  }
}

extension EventGap {
  /// Both gaps in one.
  func merged(with other: EventGap) -> EventGap {
    var dropped: Int?
    if let first = self.dropped, let second = other.dropped { dropped = first + second }
    return EventGap(
      dropped: dropped, malformed: malformed + other.malformed, wireError: wireError ?? other.wireError)
  }
}

public import SockDiagWire

/// The counts and sums of a group of sockets.
public struct SummaryGroup: Hashable, Sendable {
  /// The number of sockets that are there.
  public private(set) var sockets = 0
  /// The sockets among them that were not there at a tracker's last look; 0 in a summary of one look.
  public private(set) var appeared = 0
  /// The sockets that ended since a tracker's last look; 0 in a summary of one look.
  public private(set) var ended = 0
  /// Bytes received and not read, of sockets that do not listen.
  public private(set) var receiveQueue: UInt64 = 0
  /// Bytes written and not acknowledged, of sockets that do not listen.
  public private(set) var sendQueue: UInt64 = 0
  /// Connections that wait for `accept`, of listeners.
  public private(set) var acceptQueue: UInt64 = 0
  /// Zero or one element: a box, so that groups are small where nothing but sockets and queues is counted.
  private var boxedTraffic: [Traffic] = []

  private struct Traffic: Hashable, Sendable {
    var counters = SocketCounters()
    var roundTrips = DurationDistribution()
  }

  /// Creates an empty group.
  public init() {}

  /// Whether no socket was added.
  public var isEmpty: Bool { sockets == 0 && ended == 0 }
  /// What the sockets have carried: since they were made, or since the last look for sockets of a tracker.
  public var counters: SocketCounters { boxedTraffic.first?.counters ?? SocketCounters() }
  /// The smoothed round-trip times of TCP connections.
  public var roundTrips: DurationDistribution { boxedTraffic.first?.roundTrips ?? DurationDistribution() }

  /// Adds a socket.
  public mutating func add(_ socket: InetSocket) {
    sockets &+= 1
    add(queuesOf: socket.state, received: socket.receiveQueue, unsent: socket.sendQueue)
    if let counted = socket.counters { updateTraffic { $0.counters += counted } }
    add(roundTripOf: socket)
  }

  /// Adds a socket of any family.
  public mutating func add<Socket: KernelSocket>(_ socket: Socket) {
    sockets &+= 1
    add(queuesOf: socket)
    if let counted = socket.counters { updateTraffic { $0.counters += counted } }
  }

  /// Adds what a tracker reports: the socket if it is there, and in any case what it carried since the last look.
  public mutating func add(_ tracked: borrowing TrackedSocket<InetSocket>) {
    let isThere = count(tracked.change)
    if isThere {
      add(queuesOf: tracked.socket.state, received: tracked.socket.receiveQueue, unsent: tracked.socket.sendQueue)
      add(roundTripOf: tracked.socket)
    }
    if let counted = tracked.traffic { updateTraffic { $0.counters += counted } }
  }

  /// Adds what a tracker reports about a socket of any family.
  public mutating func add<Socket: KernelSocket>(_ tracked: borrowing TrackedSocket<Socket>) {
    let isThere = count(tracked.change)
    if isThere { add(queuesOf: tracked.socket) }
    if let counted = tracked.traffic { updateTraffic { $0.counters += counted } }
  }

  /// Adds a record that is not decoded.
  mutating func add(_ outline: InetOutline, in bytes: Span<UInt8>) {
    sockets &+= 1
    add(queuesOf: outline.state, received: outline.receiveQueue, unsent: outline.sendQueue)
    if !outline.hasCounters { return }
    updateTraffic {
      let roundTrip = outline.addCounters(in: bytes, to: &$0.counters)
      if roundTrip > 0, outline.state != .listen { $0.roundTrips.add(microseconds: UInt64(roundTrip)) }
    }
  }

  /// Whether a socket that a tracker reports is there.
  private mutating func count(_ change: SocketChange) -> Bool {
    if change == .ended {
      ended &+= 1
      return false
    }
    sockets &+= 1
    if change == .appeared { appeared &+= 1 }
    return true
  }

  @inline(__always)
  private mutating func add(queuesOf state: SocketState, received: UInt32, unsent: UInt32) {
    if state == .listen {
      acceptQueue &+= UInt64(received)
    } else {
      receiveQueue &+= UInt64(received)
      sendQueue &+= UInt64(unsent)
    }
  }

  private mutating func add<Socket: KernelSocket>(queuesOf socket: Socket) {
    switch socket.queues {
    case .bytes(let received, let unsent):
      receiveQueue &+= UInt64(received)
      sendQueue &+= UInt64(unsent)
    case .connections(let waiting, _): acceptQueue &+= UInt64(waiting)
    case nil: break
    }
  }

  private mutating func add(roundTripOf socket: borrowing InetSocket) {
    guard socket.state != .listen, let time = socket.tcpInfo?.smoothedRTT, time > .zero else { return }
    updateTraffic { $0.roundTrips.add(time) }
  }

  @inline(__always)
  private mutating func updateTraffic(_ body: (inout Traffic) -> Void) {
    if boxedTraffic.isEmpty { boxedTraffic.append(Traffic()) }
    body(&boxedTraffic[0])
  }

  /// Empties the group and keeps its storage.
  public mutating func removeAll() {
    sockets = 0
    appeared = 0
    ended = 0
    receiveQueue = 0
    sendQueue = 0
    acceptQueue = 0
    if boxedTraffic.isEmpty { return }
    boxedTraffic[0].counters = SocketCounters()
    boxedTraffic[0].roundTrips.removeAll()
  }

  /// Adds the sockets of another group.
  public static func += (left: inout SummaryGroup, right: SummaryGroup) {
    left.sockets &+= right.sockets
    left.appeared &+= right.appeared
    left.ended &+= right.ended
    left.receiveQueue &+= right.receiveQueue
    left.sendQueue &+= right.sendQueue
    left.acceptQueue &+= right.acceptQueue
    guard let traffic = right.boxedTraffic.first else { return }
    left.updateTraffic {
      $0.counters += traffic.counters
      $0.roundTrips.merge(traffic.roundTrips)
    }
  }
}

extension SummaryGroup: Codable {
  private enum CodingKeys: String, CodingKey {
    case sockets, appeared, ended, receiveQueue, sendQueue, acceptQueue, counters, roundTrips
  }

  /// Reads what `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    sockets = try container.decode(Int.self, forKey: .sockets)
    appeared = try container.decodeIfPresent(Int.self, forKey: .appeared) ?? 0
    ended = try container.decodeIfPresent(Int.self, forKey: .ended) ?? 0
    receiveQueue = try container.decode(UInt64.self, forKey: .receiveQueue)
    sendQueue = try container.decode(UInt64.self, forKey: .sendQueue)
    acceptQueue = try container.decode(UInt64.self, forKey: .acceptQueue)
    guard let counters = try container.decodeIfPresent(SocketCounters.self, forKey: .counters) else { return }
    let times = try container.decodeIfPresent(DurationDistribution.self, forKey: .roundTrips)
    boxedTraffic = [Traffic(counters: counters, roundTrips: times ?? DurationDistribution())]
  }

  /// Writes the sums; counters and times only where sockets had some.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(sockets, forKey: .sockets)
    if appeared > 0 { try container.encode(appeared, forKey: .appeared) }
    if ended > 0 { try container.encode(ended, forKey: .ended) }
    try container.encode(receiveQueue, forKey: .receiveQueue)
    try container.encode(sendQueue, forKey: .sendQueue)
    try container.encode(acceptQueue, forKey: .acceptQueue)
    guard let traffic = boxedTraffic.first else { return }
    try container.encode(traffic.counters, forKey: .counters)
    if traffic.roundTrips.count > 0 { try container.encode(traffic.roundTrips, forKey: .roundTrips) }
  }
}

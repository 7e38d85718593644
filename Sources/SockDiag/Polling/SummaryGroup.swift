public import SockDiagWire

/// The counts and sums of a group of sockets.
public struct SummaryGroup: Hashable, Sendable {
  /// The number of sockets.
  public private(set) var sockets = 0
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

  /// What the sockets have carried since they were made.
  public var counters: SocketCounters { boxedTraffic.first?.counters ?? SocketCounters() }
  /// The smoothed round-trip times of TCP connections.
  public var roundTrips: DurationDistribution { boxedTraffic.first?.roundTrips ?? DurationDistribution() }

  /// Adds a socket.
  public mutating func add(_ socket: InetSocket) {
    sockets &+= 1
    if socket.state == .listen {
      acceptQueue &+= UInt64(socket.receiveQueue)
    } else {
      receiveQueue &+= UInt64(socket.receiveQueue)
      sendQueue &+= UInt64(socket.sendQueue)
    }
    guard let counted = socket.counters else { return }
    if boxedTraffic.isEmpty { boxedTraffic.append(Traffic()) }
    boxedTraffic[0].counters += counted
    if socket.state != .listen, let time = socket.tcpInfo?.smoothedRTT, time > .zero {
      boxedTraffic[0].roundTrips.add(time)
    }
  }

  /// Adds a socket of any family.
  public mutating func add<Socket: KernelSocket>(_ socket: Socket) {
    sockets &+= 1
    switch socket.queues {
    case .bytes(let received, let unsent):
      receiveQueue &+= UInt64(received)
      sendQueue &+= UInt64(unsent)
    case .connections(let waiting, _): acceptQueue &+= UInt64(waiting)
    case nil: break
    }
    guard let counted = socket.counters else { return }
    if boxedTraffic.isEmpty { boxedTraffic.append(Traffic()) }
    boxedTraffic[0].counters += counted
  }

  /// Empties the group and keeps its storage.
  public mutating func removeAll() {
    sockets = 0
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
    left.receiveQueue &+= right.receiveQueue
    left.sendQueue &+= right.sendQueue
    left.acceptQueue &+= right.acceptQueue
    guard let traffic = right.boxedTraffic.first else { return }
    if left.boxedTraffic.isEmpty { left.boxedTraffic.append(Traffic()) }
    left.boxedTraffic[0].counters += traffic.counters
    left.boxedTraffic[0].roundTrips.merge(traffic.roundTrips)
  }
}

extension SummaryGroup: Codable {
  private enum CodingKeys: String, CodingKey {
    case sockets, receiveQueue, sendQueue, acceptQueue, counters, roundTrips
  }

  /// Reads what `encode(to:)` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    sockets = try container.decode(Int.self, forKey: .sockets)
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
    try container.encode(receiveQueue, forKey: .receiveQueue)
    try container.encode(sendQueue, forKey: .sendQueue)
    try container.encode(acceptQueue, forKey: .acceptQueue)
    guard let traffic = boxedTraffic.first else { return }
    try container.encode(traffic.counters, forKey: .counters)
    if traffic.roundTrips.count > 0 { try container.encode(traffic.roundTrips, forKey: .roundTrips) }
  }
}

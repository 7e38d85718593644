internal import SockDiag
internal import SockDiagWire

/// What one look at all sockets found, in sums.
struct SocketLook: Sendable {
  /// The sums of one protocol.
  struct Sums: Sendable {
    var states = StateCounts()
    var receiveQueue: UInt64 = 0
    var sendQueue: UInt64 = 0
    /// By service: the traffic since the last look, and the sockets now.
    var services: [Service: (traffic: ServiceTraffic, sockets: Int)] = [:]

    /// Adds a socket that is there now.
    mutating func add(_ socket: borrowing InetSocket, _ service: Service?) {
      states.add(socket.state)
      if let service { services[service, default: (ServiceTraffic(), 0)].sockets += 1 }
      if socket.state == .listen { return }
      receiveQueue &+= UInt64(socket.receiveQueue)
      sendQueue &+= UInt64(socket.sendQueue)
    }

    /// Adds what a socket carried and did.
    mutating func add(_ traffic: ServiceTraffic, of service: Service) {
      services[service, default: (ServiceTraffic(), 0)].traffic += traffic
    }
  }

  /// The listeners of an address and port, which several may share.
  struct Listener: Sendable {
    var sockets = 0
    var queue: UInt64 = 0
    /// `nil` if it is not known.
    var limit: UInt64?
    /// The fullest of their queues, as a part of its limit.
    var fill: Double?

    mutating func merge(_ other: Listener) {
      sockets += other.sockets
      queue += other.queue
      if let limit = other.limit { self.limit = (self.limit ?? 0) + limit }
      if let fill = other.fill { self.fill = max(self.fill ?? 0, fill) }
    }
  }

  /// A socket whose owner is to be found.
  struct Held: Sendable {
    var inode: UInt32
    var cgroupID: UInt64?
    var uid: UInt32?
    var traffic: ServiceTraffic
    var isPresent: Bool
  }

  var tcp = Sums()
  var udp = Sums()
  var listeners: [SocketAddress: Listener] = [:]
  var roundTrips: [Service.Side: MetricDistribution] = [:]
  var held: [Held] = []
  private var directory: ServiceDirectory
  private let findsOwners: Bool

  /// From a tenth of a millisecond, which is much in one data centre, to the times of a bad mobile network.
  static let roundTripBounds = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
  ]

  init(_ directory: ServiceDirectory, findsOwners: Bool) {
    self.directory = directory
    self.findsOwners = findsOwners
  }

  /// The directory, which notes the ports that are in use.
  consuming func finish() -> ServiceDirectory { directory }

  /// Adds what a tracker reports.
  mutating func add(_ tracked: borrowing TrackedSocket<InetSocket>) {
    let isTCP = tracked.socket.protocol == .tcp
    let isPresent = tracked.change != .ended
    // The final record of a connection that was reset lacks the peer.
    let service = tracked.previous.flatMap { directory.service(of: $0) } ?? directory.service(of: tracked.socket)
    if isPresent {
      if isTCP {
        tcp.add(tracked.socket, service)
        addDetails(tracked.socket, service)
      } else {
        udp.add(tracked.socket, service)
      }
    }
    var traffic = ServiceTraffic()
    // A record of TIME_WAIT or SYN_RECV is no socket of its own.
    if !tracked.socket.isMinisocket {
      let counters = tracked.traffic
      // Zero where the kernel counts, so that a counter exists before it grows.
      traffic.counters = counters ?? tracked.socket.counters.map { $0.traffic(since: $0) } ?? SocketCounters()
      // A socket that no walk saw has no previous record; any other appeared in an earlier report.
      if tracked.beganWhileTracked, tracked.previous == nil { traffic.opened = 1 }
      if !isPresent { traffic.ended = 1 }
      if let service {
        if isTCP { tcp.add(traffic, of: service) } else { udp.add(traffic, of: service) }
      }
    }
    if findsOwners { addHeld(tracked, traffic, isPresent) }
  }

  private mutating func addDetails(_ socket: borrowing InetSocket, _ service: Service?) {
    if socket.state == .listen {
      addListener(socket)
    } else if let side = service?.side, let time = socket.tcpInfo?.smoothedRTT, time > .zero {
      roundTrips[side, default: MetricDistribution(bounds: Self.roundTripBounds)].add(time / .seconds(1))
    }
  }

  private mutating func addListener(_ socket: borrowing InetSocket) {
    var listener = Listener(sockets: 1, queue: UInt64(socket.acceptQueueLength ?? 0))
    if let limit = socket.acceptQueueLimit {
      listener.limit = UInt64(limit)
      // A limit of 0 takes one connection: the kernel refuses when the queue is longer than its limit.
      listener.fill = Double(listener.queue) / Double(UInt64(limit) + 1)
    }
    listeners[socket.local, default: Listener()].merge(listener)
  }

  private mutating func addHeld(
    _ tracked: borrowing TrackedSocket<InetSocket>, _ traffic: ServiceTraffic, _ isPresent: Bool
  ) {
    let inode = tracked.socket.inode != 0 ? tracked.socket.inode : tracked.previous?.inode ?? 0
    if inode == 0 { return }
    held.append(
      Held(
        inode: inode, cgroupID: tracked.socket.cgroupID, uid: tracked.socket.uid, traffic: traffic,
        isPresent: isPresent))
  }
}

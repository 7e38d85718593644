internal import SockDiag

/// The number of connections of each route that have a port which the kernel may have chosen.
///
/// The connections of one route differ in their local ports, so their number is that of the ports in use.
struct RouteTraffic {
  /// The connections of one route.
  struct Use {
    /// Connections whose port is in use, in contrast to those in TIME_WAIT whose port `connect` may take over.
    var ports: UInt32 = 0
    /// Those of `ports` that are in TIME_WAIT.
    var timeWaits: UInt32 = 0

    /// Counts a connection, and returns the number of ports in use.
    ///
    /// - Parameter isFree: Whether its port is in use no more.
    fileprivate mutating func add(_ socket: InetSocket, isFree: Bool) -> UInt32 {
      if isFree { return 0 }
      ports &+= 1
      if socket.state == .timeWait { timeWaits &+= 1 }
      return ports
    }
  }

  /// The uses of all routes by a hash, because an address and a port take more memory than all the rest. Two of a
  /// million routes have the same hash in one of 37 million hosts.
  private var uses: [UInt64: Use] = [:]
  private var names: [UInt64: Route] = [:]
  private var isCounted = [Bool](repeating: false, count: Int(UInt16.max) + 1)
  private let leastToName: UInt32
  private let reuse: KernelSettings.TimeWaitReuse?

  /// - Parameters:
  ///   - choosable: The ports that the kernel chooses from.
  ///   - bound: Ports that `connect` does not choose, because programs bound them.
  init(_ choosable: PortSet, besides bound: Set<UInt16>, _ reuse: KernelSettings.TimeWaitReuse?) {
    for port in choosable.ranges.joined() where !bound.contains(port) { isCounted[Int(port)] = true }
    // A finding takes a notable part of the ports. Only in a small range is that a small number.
    leastToName = isCounted.count { $0 } < 4096 ? 1 : 16
    self.reuse = reuse
  }

  /// The number of routes.
  var routeCount: Int { uses.count }

  /// The routes that may be a finding, with their use.
  var crowdedRoutes: [Route: Use] {
    var routes: [Route: Use] = [:]
    for (hash, route) in names { routes[route] = uses[hash] }
    return routes
  }

  /// The ports of all routes together, and those of them in TIME_WAIT.
  var totalUse: (ports: Int, timeWaits: Int) {
    uses.values.reduce((0, 0)) { ($0.0 + Int($1.ports), $0.1 + Int($1.timeWaits)) }
  }

  /// The use of the routes of some sockets.
  init?(_ facts: HostFacts) {
    guard let choosable = facts.settings.choosablePorts else { return nil }
    self.init(choosable, besides: facts.boundPorts, facts.settings.timeWaitReuse)
    for socket in facts.sockets { add(socket) }
  }

  mutating func add(_ socket: InetSocket) {
    guard socket.remote.port != 0, isCounted[Int(socket.local.port)] else { return }
    let route = Route(socket)
    let hash = route.hash64
    // It is counted by a method of the element: one of this value would hold the dictionary, and so have it copied.
    if uses[hash, default: Use()].add(socket, isFree: socket.givesItsPortAway(reuse)) == leastToName {
      names[hash] = route
    }
  }
}

/// The common part of connections that differ only in their local ports.
struct Route: Hashable, Comparable {
  var source: IPAddress
  var destination: SocketAddress
  /// Link-local addresses have a meaning only on their interface.
  var interface: UInt32

  init(_ socket: InetSocket) {
    // An IPv6 socket with IPv4 peers uses the same connections as an IPv4 socket.
    source = socket.local.address.unmapped
    destination = SocketAddress(socket.remote.address.unmapped, port: socket.remote.port)
    interface = socket.interfaceIndex
  }

  fileprivate var hash64: UInt64 {
    var hasher = Hasher()
    hash(into: &hasher)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  static func < (left: Route, right: Route) -> Bool {
    (left.destination, left.source, left.interface) < (right.destination, right.source, right.interface)
  }
}

extension InetSocket {
  /// Whether `connect` may take over the port of this TIME_WAIT. It also needs timestamps and an age of one second,
  /// which the record does not show; nearly all connections have timestamps, and soon the age (`tcp_twsk_unique`,
  /// net/ipv4/tcp_ipv4.c).
  fileprivate func givesItsPortAway(_ reuse: KernelSettings.TimeWaitReuse?) -> Bool {
    guard state == .timeWait else { return false }
    switch reuse {
    case .always?: return true
    case .loopback?: return local.address.isLoopback || remote.address.isLoopback
    default: return false
    }
  }
}

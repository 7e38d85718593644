internal import SockDiag

/// Selects the sockets that rules look at while the kernel reports all, and counts the others.
///
/// A host may have a million sockets, and nearly all of them matter only as one of many: their port is taken, and they
/// are one more connection to a destination.
struct SocketSurvey {
  /// Sockets for the rules: at least one on every port, and all that a rule may name.
  private(set) var kept: [InetSocket] = []
  /// The number of sockets that were counted and not kept.
  private(set) var omitted = 0
  private(set) var traffic: RouteTraffic?
  /// The listeners on ports that the kernel chooses from.
  private let acceptors: [UInt16: [InetSocket]]
  /// The ports of which a connection is kept that their listeners cannot have accepted.
  private var takenPorts: Set<UInt16> = []
  private var isPortKept = [Bool](repeating: false, count: Int(UInt16.max) + 1)

  /// - Parameters:
  ///   - listeners: The TCP listeners of the host.
  ///   - bound: The TCP sockets that are only bound.
  init(_ settings: KernelSettings, listeners: [InetSocket], bound: [InetSocket]) {
    let choosable = settings.choosablePorts
    acceptors = Dictionary(
      grouping: listeners.filter { choosable?.contains($0.local.port) == true }, by: \.local.port)
    kept = bound
    let ports = Set((listeners + bound).map(\.local.port))
    traffic = choosable.map { RouteTraffic($0, besides: ports, settings.timeWaitReuse) }
  }

  /// A survey of sockets that make no connections to choose ports for.
  init() { acceptors = [:] }

  mutating func add(_ socket: InetSocket) {
    traffic?.add(socket)
    // The observer reads these again, with details, and keeps all of them.
    if socket.state == .closeWait { return }
    let port = Int(socket.local.port)
    let isTaker = isTaker(socket)
    if isPortKept[port], !isTaker, !socket.isConnectedToItself {
      omitted += 1
      return
    }
    isPortKept[port] = true
    if isTaker { takenPorts.insert(socket.local.port) }
    kept.append(socket)
  }

  /// Whether it is the first connection on the port of a listener that the listener cannot have accepted.
  private func isTaker(_ socket: InetSocket) -> Bool {
    guard socket.remote.port != 0, socket.inode != 0, let acceptors = acceptors[socket.local.port],
      !takenPorts.contains(socket.local.port)
    else { return false }
    return !acceptors.contains { $0.mayAccept(at: socket.local.address) }
  }
}

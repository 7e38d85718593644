internal import SockDiagWire

/// Where to divide a dump between two walkers, so that each gets half of the sockets.
///
/// The kernel compares ports, so the sockets are divided at a port: at the median of those that were last seen. A fixed
/// port would not do, because nearly all ports are ephemeral and lie above 32768. The port on this host divides clients
/// well, and the peer's port divides servers, whose sockets all have the same local port.
struct PortSplit: Sendable {
  /// Counts of ports in ranges of 64, for each end.
  private var local = [UInt32](repeating: 0, count: 1024)
  private var remote = [UInt32](repeating: 0, count: 1024)
  private(set) var count = 0

  /// Counts a socket.
  @inline(__always)
  mutating func add(_ socket: InetSocket) {
    local[Int(socket.local.port >> 6)] &+= 1
    remote[Int(socket.remote.port >> 6)] &+= 1
    count &+= 1
  }

  mutating func removeAll() {
    for index in 0..<1024 {
      local[index] = 0
      remote[index] = 0
    }
    count = 0
  }

  /// The best division, and the larger part of it; `nil` for no sockets.
  var best: (division: Division, share: Double)? {
    if count == 0 { return nil }
    let candidates = [Self.median(of: local, .local, count), Self.median(of: remote, .remote, count)]
    return candidates.min { $0.share < $1.share }
  }

  /// The larger part of a division.
  func share(of division: Division) -> Double {
    let counts = division.end == .local ? local : remote
    let below = counts[...Int(division.lastPort >> 6)].reduce(0) { $0 + Int($1) }
    return count == 0 ? 1 : Double(max(below, count - below)) / Double(count)
  }

  /// A port up to which sockets belong to the first walker.
  struct Division: Hashable, Sendable {
    var end: SocketEnd
    var lastPort: UInt16

    /// The filter of the sockets that belong to a walker.
    func filter(first: Bool) -> SocketFilter {
      let port = end == .local ? FilterPort.localPort : .remotePort
      return first ? port <= lastPort : port > lastPort
    }
  }

  private static func median(of counts: [UInt32], _ end: SocketEnd, _ count: Int) -> (division: Division, share: Double)
  {
    var below = 0
    var best = (division: Division(end: end, lastPort: 0), share: 1.0)
    for index in 0..<1023 {
      below += Int(counts[index])
      let share = Double(max(below, count - below)) / Double(count)
      if share < best.share { best = (Division(end: end, lastPort: UInt16(index << 6 | 63)), share) }
      if below * 2 >= count { break }
    }
    return best
  }
}

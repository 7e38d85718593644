import SockDiagTestKit
import SockDiagWire

extension SocketSpecimen {
  /// A random socket of any kind, with values that filters often test.
  static func random(_ values: FilterValues, using random: inout SeededGenerator) -> SocketSpecimen {
    let isV6 = Bool.random(using: &random)
    let addresses = values.addresses.filter { ($0.family == .inet6) == isV6 }
    func end() -> SocketAddress {
      SocketAddress(
        addresses.randomElement(using: &random) ?? .anyV6, port: values.ports.randomElement(using: &random) ?? 0)
    }
    var socket = SocketSpecimen(local: end(), remote: end())
    if Int.random(in: 0..<4, using: &random) == 0 {
      socket.protocol = .udp
      socket.state = Bool.random(using: &random) ? .close : .established
    } else {
      socket.state = states.randomElement(using: &random) ?? .established
      socket.isMinisocket =
        socket.state == .timeWait || [.synReceived, .finWait2].contains(socket.state) && Bool.random(using: &random)
    }
    if [.listen, .close, .boundInactive].contains(socket.state) {
      socket.remote = SocketAddress(isV6 ? .anyV6 : .anyV4, port: 0)
    }
    // A bound-inactive socket without a port is just closed.
    if socket.state == .boundInactive, socket.local.port == 0 { socket.local.port = 22 }
    socket.fill(values, using: &random)
    return socket
  }

  private static let states =
    [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 13].map(SocketState.init(rawValue:)) + [.established, .listen]

  private mutating func fill(_ values: FilterValues, using random: inout SeededGenerator) {
    interface = values.interfaces.randomElement(using: &random) ?? 0
    mark = values.marks.randomElement(using: &random) ?? 0
    cgroup = values.cgroups.randomElement(using: &random) ?? 0
    isAutobound = Bool.random(using: &random)
    func figure(_ figure: FilterFigure) -> UInt64 {
      values.figures.first { $0.figure == figure }?.values.randomElement(using: &random) ?? 0
    }
    uid = UInt32(truncatingIfNeeded: figure(.userID))
    // With inode 0, a full socket in SYN_RECV would look like a socket without a descriptor.
    inode = max(1, UInt32(truncatingIfNeeded: figure(.inode)))
    cookie = figure(.cookie)
    receiveQueue = UInt32(truncatingIfNeeded: figure(.receiveQueue))
    sendQueue = UInt32(truncatingIfNeeded: figure(.sendQueue))
    guard `protocol` == .tcp, !isMinisocket, state != .boundInactive, Int.random(in: 0..<4, using: &random) > 0 else {
      return
    }
    func member(_ name: String) -> UInt32 {
      UInt32(truncatingIfNeeded: FilterFigure(name: name).map(figure) ?? 0)
    }
    info = Info(
      smoothedRTT: member("rtt"), congestionWindow: member("snd_cwnd"), totalRetransmits: member("total_retrans"),
      pacingRate: FilterFigure(name: "pacing_rate").map(figure) ?? 0,
      minimumRTT: Bool.random(using: &random) ? .max : member("min_rtt"),
      isOld: Int.random(in: 0..<4, using: &random) == 0)
  }
}

internal import SockDiag
internal import SockDiagWire

/// The metrics of the sockets that are there now.
enum SocketFamilies {
  static func families(
    _ look: borrowing SocketLook, _ sets: inout FamilySets, _ health: inout CollectorHealth, hasTCP: Bool, hasUDP: Bool
  ) -> [MetricFamily] {
    var sockets = MetricFamily("sockdiag_sockets", "Sockets by protocol and state.")
    var received = MetricFamily(
      "sockdiag_receive_queue_bytes", unit: "bytes",
      "Bytes received that no program has read; of UDP, the memory that they take.")
    var unsent = MetricFamily(
      "sockdiag_send_queue_bytes", unit: "bytes",
      "Bytes written that no peer has acknowledged; of UDP, the memory that they take.")
    var services = MetricFamily(
      "sockdiag_service_sockets",
      "Sockets by the port of their service: that on this host for a server, that of the peer for a client.")
    if hasTCP {
      let label = MetricLabel("protocol", "tcp")
      // Also states without sockets, so that a series does not come and go.
      for state in tcpStates { sockets.add([label, MetricLabel("state", "\(state)")], .count(look.tcp.states[state])) }
      received.add([label], known: look.tcp.receiveQueue)
      unsent.add([label], known: look.tcp.sendQueue)
      add(look.tcp, label, &sets.tcpServices, &services, &health)
    }
    if hasUDP {
      let label = MetricLabel("protocol", "udp")
      for state in [SocketState.established, .close] {
        sockets.add([label, MetricLabel("state", "\(state)")], .count(look.udp.states[state]))
      }
      received.add([label], known: look.udp.receiveQueue)
      unsent.add([label], known: look.udp.sendQueue)
      add(look.udp, label, &sets.udpServices, &services, &health)
    }
    return [sockets, received, unsent, services] + listeners(look, &sets, &health) + [roundTrips(look)]
  }

  private static let tcpStates: [SocketState] = [
    .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .closeWait, .lastAcknowledgement, .listen,
    .closing, .boundInactive,
  ]

  private static func add(
    _ sums: SocketLook.Sums, _ transport: MetricLabel, _ sets: inout GaugeSets<Service>, _ family: inout MetricFamily,
    _ health: inout CollectorHealth
  ) {
    let present = sums.services.compactMapValues { $0.sockets > 0 ? $0.sockets : nil }
    let (entries, cut) = sets.divide(present, weight: { Double($0) }, merge: { $0 += $1 })
    for entry in entries { family.add([transport] + Service.labels(entry.key), .count(entry.value)) }
    health.noteCut(cut, of: family.name, [transport])
  }

  private static func listeners(
    _ look: borrowing SocketLook, _ sets: inout FamilySets, _ health: inout CollectorHealth
  ) -> [MetricFamily] {
    var sockets = MetricFamily("sockdiag_listeners", "TCP sockets that listen, by address and port.")
    var queue = MetricFamily("sockdiag_accept_queue_connections", "Connections that wait for accept().")
    var limit = MetricFamily(
      "sockdiag_accept_queue_limit_connections", "The limit of connections that wait for accept().")
    var fill = MetricFamily(
      "sockdiag_accept_queue_fill_ratio", unit: "ratio",
      "The part of the accept queue that is taken, 1 if it is full; of several listeners, that of the fullest.")
    // The fullest queue matters most, however small it is.
    let (entries, cut) = sets.listeners.divide(
      look.listeners, weight: { ($0.fill ?? 0) * 1e6 + Double($0.queue) + Double($0.sockets) },
      merge: { $0.merge($1) })
    for (key, listener) in entries {
      let labels = [MetricLabel("local", key.map { "\($0)" } ?? "other")]
      sockets.add(labels, .count(listener.sockets))
      queue.add(labels, known: listener.queue)
      limit.add(labels, known: listener.limit)
      if let ratio = listener.fill { fill.add(labels, .real(ratio)) }
    }
    health.noteCut(cut, of: sockets.name)
    return [sockets, queue, limit, fill]
  }

  private static func roundTrips(_ look: borrowing SocketLook) -> MetricFamily {
    var family = MetricFamily(
      "sockdiag_tcp_rtt_seconds", .gaugeHistogram, unit: "seconds",
      "The smoothed round-trip times of the TCP connections that are open now.")
    for side in Service.Side.allCases {
      if let times = look.roundTrips[side] { family.add([MetricLabel("side", side.rawValue)], .distribution(times)) }
    }
    return family
  }
}

internal import SockDiagWire

/// The counters of what sockets carried and did.
enum TrafficFamilies {
  private struct Figure: Sendable {
    var name: String
    var unit: String?
    var help: String
    var value: @Sendable (ServiceTraffic) -> UInt64?
  }

  /// Of a bound socket and of a listener the kernel counts nothing, so a figure may be unknown.
  private static let tcpFigures = [
    Figure(
      name: "received_bytes", unit: "bytes", help: "Bytes that TCP connections received in order",
      value: { $0.counters.bytesReceived }),
    Figure(
      name: "acknowledged_bytes", unit: "bytes", help: "Bytes that TCP connections sent and peers acknowledged",
      value: { $0.counters.bytesAcknowledged }),
    Figure(
      name: "retransmitted_bytes", unit: "bytes", help: "Bytes that TCP connections sent again",
      value: { $0.counters.bytesRetransmitted }),
    Figure(
      name: "received_segments", help: "Segments that TCP connections received",
      value: { $0.counters.segmentsReceived }),
    Figure(
      name: "sent_segments", help: "Segments that TCP connections sent, those sent again included",
      value: { $0.counters.segmentsSent }),
    Figure(
      name: "retransmitted_segments", help: "Segments that TCP connections sent again",
      value: { $0.counters.segmentsRetransmitted }),
    Figure(name: "opened_connections", help: "TCP connections that began", value: { $0.opened }),
    Figure(name: "ended_connections", help: "TCP connections that ended", value: { $0.ended }),
  ]

  private static let udpFigures = [
    Figure(
      name: "dropped_datagrams", help: "Datagrams that were dropped because the receive buffer of a socket was full",
      value: { $0.counters.drops })
  ]

  static func families(
    tcp: [(key: Service?, total: ServiceTraffic)], udp: [(key: Service?, total: ServiceTraffic)]
  ) -> [MetricFamily] {
    families("sockdiag_tcp", tcpFigures, tcp.map { (Service.labels($0.key), $0.total) }, by: "the port of the service")
      + families(
        "sockdiag_udp", udpFigures, udp.map { (Service.labels($0.key), $0.total) }, by: "the port of the service")
  }

  /// Counters of one kind of owner, of TCP and UDP together.
  static func ownerFamilies(_ figures: OwnerFigures) -> [MetricFamily] {
    let kind = figures.kind.rawValue
    let entries = figures.traffic.map { ([MetricLabel(kind, $0.name ?? "other")], $0.total) }
    return families("sockdiag_\(kind)_tcp", tcpFigures, entries, by: "the \(kind) that holds the socket")
      + families("sockdiag_\(kind)_udp", udpFigures, entries, by: "the \(kind) that holds the socket")
  }

  private static func families(
    _ prefix: String, _ figures: [Figure], _ entries: [([MetricLabel], ServiceTraffic)], by key: String
  ) -> [MetricFamily] {
    figures.map { figure in
      var family = MetricFamily(
        "\(prefix)_\(figure.name)", .counter, unit: figure.unit, "\(figure.help), by \(key).")
      for (labels, total) in entries { family.add(labels, known: figure.value(total)) }
      return family
    }
  }
}

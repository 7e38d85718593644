/// The metrics of the owners of sockets.
enum OwnerFamilies {
  static func families(_ figures: [OwnerFigures], _ health: inout CollectorHealth) -> [MetricFamily] {
    var families: [MetricFamily] = []
    for figures in figures {
      let kind = figures.kind.rawValue
      var sockets = MetricFamily("sockdiag_\(kind)_sockets", "TCP and UDP sockets by the \(kind) that holds them.")
      for (name, count) in figures.sockets { sockets.add([MetricLabel(kind, name ?? "other")], .count(count)) }
      health.noteCut(figures.cutSockets, of: sockets.name)
      health.noteCut(figures.cutTraffic, of: "sockdiag_\(kind)_tcp_*")
      families.append(sockets)
      families += TrafficFamilies.ownerFamilies(figures)
    }
    return families
  }
}

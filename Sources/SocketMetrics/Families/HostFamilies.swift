internal import Glibc
internal import HostFindings
internal import SockDiag
internal import SockDiagWire

/// The kernel's own counters and limits.
enum HostFamilies {
  static func families(_ settings: KernelSettings, _ counters: NetworkCounters) -> [MetricFamily] {
    let known: [(MetricFamily, UInt64?)] = [
      (
        counter("listen_overflows", "Requests and connections that found the accept queue of their listener full."),
        counters.listenOverflows
      ),
      (
        counter("listen_drops", "Requests and connections that a listener dropped for any reason."),
        counters.listenDrops
      ),
      (
        counter("request_queue_full_drops", "Requests that were dropped because the queue of requests was full."),
        counters.requestQueueFullDrops
      ),
      (
        counter("request_queue_full_cookies", "Requests that were answered with a cookie for that reason."),
        counters.requestQueueFullCookies
      ),
      (
        counter("time_wait_overflows", "Connections closed without TIME_WAIT, because there were too many in it."),
        counters.timeWaitOverflows
      ),
      (
        counter("aborts_on_memory", "Connections reset because there were too many orphans, or too little memory."),
        counters.abortsOnMemory
      ),
      (
        counter("failed_connections", "Attempts to connect that failed, and requests that were reset."),
        counters.failedConnections
      ),
      (counter("reset_connections", "TCP connections that ended by a reset."), counters.resetConnections),
      (
        counter("sent_segments", "TCP segments sent by all connections, without those sent again."),
        counters.segmentsSent
      ),
      (
        counter("retransmitted_segments", "TCP segments sent again by all connections."), counters.segmentsRetransmitted
      ),
      (
        counter("udp_buffer_drops", "IPv4 datagrams dropped because the receive buffer of their socket was full."),
        counters.udpBufferDrops
      ),
      (
        counter("udp6_buffer_drops", "IPv6 datagrams dropped because the receive buffer of their socket was full."),
        counters.udp6BufferDrops
      ),
      (MetricFamily("sockdiag_time_wait_sockets", "TCP sockets in TIME_WAIT."), counters.timeWaits),
      (
        MetricFamily("sockdiag_time_wait_limit_sockets", "The limit of TCP sockets in TIME_WAIT."),
        settings.maximumTimeWait.map { UInt64($0) }
      ),
      (
        MetricFamily("sockdiag_orphan_sockets", "TCP sockets of the whole host that no descriptor refers to."),
        counters.orphans
      ),
      (
        MetricFamily("sockdiag_orphan_limit_sockets", "The limit of such sockets."),
        settings.maximumOrphans.map { UInt64($0) }
      ),
      (
        MetricFamily(
          "sockdiag_tcp_memory_bytes", unit: "bytes", "Memory in the buffers of the TCP sockets of the whole host."),
        counters.tcpMemoryPages.map { $0 &* UInt64(sysconf(Int32(_SC_PAGESIZE))) }
      ),
      (
        MetricFamily("sockdiag_choosable_ports", "Ports that the kernel chooses from for connections."),
        settings.choosablePorts.map { UInt64($0.ranges.joined().count) }
      ),
    ]
    return known.map { family, value in
      var family = family
      family.add(known: value)
      return family
    }
  }

  private static func counter(_ name: String, _ help: String) -> MetricFamily {
    MetricFamily("sockdiag_kernel_\(name)", .counter, help)
  }
}

/// The ports in use by destination.
enum DestinationFamilies {
  static func families(
    _ facts: HostFacts, _ sets: inout FamilySets, _ health: inout CollectorHealth
  ) -> [MetricFamily] {
    var ports = MetricFamily(
      "sockdiag_destination_ports",
      "Ports in use for connections to a destination that the kernel may choose. Those with few are counted together.")
    var waits = MetricFamily(
      "sockdiag_destination_time_wait_ports", "Those of the ports whose connections are in TIME_WAIT.")
    guard let uses = facts.destinationUses else { return [] }
    var named: [FamilySets.Destination: (ports: Int, waits: Int)] = [:]
    for use in uses.named {
      let key = FamilySets.Destination(
        source: use.source, destination: use.destination, interfaceIndex: use.interfaceIndex)
      named[key] = (use.ports, use.timeWaits)
    }
    let (entries, cut) = sets.destinations.divide(
      named, weight: { Double($0.ports) }, merge: { $0 = ($0.ports + $1.ports, $0.waits + $1.waits) })
    var others = (ports: uses.portsOfOthers, waits: uses.timeWaitsOfOthers)
    for (key, value) in entries {
      guard let key else {
        others = (others.ports + value.ports, others.waits + value.waits)
        continue
      }
      ports.add(labels(key), .count(value.ports))
      waits.add(labels(key), .count(value.waits))
    }
    if cut + uses.others > 0 {
      let labels = [MetricLabel("source", "other"), MetricLabel("destination", "other")]
      ports.add(labels, .count(others.ports))
      waits.add(labels, .count(others.waits))
    }
    health.noteCut(cut + uses.others, of: ports.name)
    return [ports, waits]
  }

  private static func labels(_ key: FamilySets.Destination) -> [MetricLabel] {
    let labels = [MetricLabel("source", "\(key.source)"), MetricLabel("destination", "\(key.destination)")]
    return key.interfaceIndex == 0 ? labels : labels + [MetricLabel("interface", "\(key.interfaceIndex)")]
  }
}

extension FindingRule {
  /// What the rule checks, and its threshold: one sentence, for help. No full stop.
  public func explanation(_ limits: FindingLimits = FindingLimits()) -> String {
    let share = "\(limits.sharePercent) %"
    switch self {
    case .portsToDestination:
      return "\(share) of the ports that connect() may choose are in use by connections from one address to one"
        + " destination; with none left it fails with EADDRNOTAVAIL. TIME_WAIT does not count where tcp_tw_reuse gives its"
        + " port away"
    case .portsToBind:
      return
        "\(share) of the ports that the kernel chooses from are taken by sockets of any kind; with none left bind() to"
        + " port 0 fails with EADDRINUSE"
    case .timeWaitCount: return "TIME_WAIT has reached \(share) of tcp_max_tw_buckets"
    case .timeWaitOverflow: return "TCPTimeWaitOverflow rises: connections are closed without TIME_WAIT"
    case .acceptQueue:
      return "more connections wait for accept() than the listener's limit, the smaller of listen()'s argument and"
        + " somaxconn"
    case .listenOverflow: return "ListenOverflows rises: listeners drop connections; ListenDrops alone is no sign of it"
    case .closeWait:
      return
        "a process has had \(limits.closeWaitCount) sockets in CLOSE_WAIT for \(limits.closeWaitAge.components.seconds)"
        + " seconds or more: the peers are gone, and it does not close"
    case .orphans:
      return
        "sockets without descriptor have reached \(share) of tcp_max_orphans, which is told in the host's own network"
        + " namespace only"
    case .orphansReset: return "TCPAbortOnMemory rises: sockets without descriptor are reset"
    case .silentMember:
      return
        "of several listeners that share a port by SO_REUSEPORT, one has no process, or connections that nobody accepts"
        + " while another one's queue is empty"
    case .portInRange:
      return "a program listens on a port of its own choice in ip_local_port_range that is not in"
        + " ip_local_reserved_ports, and connections use \(limits.rangeUsePercent) % of the range, or have that port"
    case .selfConnection: return "a connection has itself for a peer and keeps its port from a server"
    }
  }
}

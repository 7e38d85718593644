extension FindingRule {
  /// What the rule checks, and its threshold: one sentence, for help. No full stop.
  public func explanation(_ limits: FindingLimits = FindingLimits()) -> String {
    let share = "\(limits.sharePercent) %"
    switch self {
    case .portsToDestination:
      return "connections from one address to one destination use \(share) of the ports that connect() may choose;"
        + " with none left it fails with EADDRNOTAVAIL. Ports in TIME_WAIT count unless tcp_tw_reuse allows their reuse"
    case .portsToBind:
      return
        "sockets of any kind use \(share) of the ports that the kernel chooses from; with none left, bind() to port 0"
        + " fails with EADDRINUSE"
    case .timeWaitCount: return "TIME_WAIT has reached \(share) of tcp_max_tw_buckets"
    case .timeWaitOverflow: return "TCPTimeWaitOverflow rises: the kernel closes connections without TIME_WAIT"
    case .acceptQueue:
      return "more connections wait for accept() than the listener's limit, the smaller of listen()'s argument and"
        + " somaxconn"
    case .listenOverflow:
      return
        "ListenOverflows rises: listeners drop connections. ListenDrops does not count, because it has other causes"
    case .closeWait:
      return
        "a process has \(limits.closeWaitCount) sockets or more that are in CLOSE_WAIT for"
        + " \(limits.closeWaitAge.components.seconds) seconds or longer: the peers closed, and the process does not"
    case .orphans:
      return
        "sockets that no process holds have reached \(share) of tcp_max_orphans; only the host's own network namespace"
        + " shows that"
    case .orphansReset: return "TCPAbortOnMemory rises: the kernel resets sockets that no process holds"
    case .silentMember:
      return
        "one of several listeners that share a port by SO_REUSEPORT has no process, or its connections are not accepted"
        + " while another listener's queue is empty"
    case .portInRange:
      return
        "a program chose a port in ip_local_port_range that ip_local_reserved_ports does not reserve, and connections"
        + " use \(limits.rangeUsePercent) % of the range, or that port: a restart of the program may fail"
    case .selfConnection: return "a connection is its own peer, so no server can have its port"
    }
  }
}

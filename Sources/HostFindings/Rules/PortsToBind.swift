internal import SockDiag

extension HostFacts {
  /// `bind` to port 0 with all addresses needs a port that no socket has, whatever its state and peer: every connection
  /// takes one, and so does TIME_WAIT. If none is left, it fails with EADDRINUSE. With UDP, `connect` and `sendto` bind
  /// too, and fail with EAGAIN (`inet_autobind`, net/ipv4/af_inet.c).
  ///
  /// A bind to port 0 of a single address finds more ports, because only sockets of that address and of all addresses
  /// block it.
  func portsToBind(_ limits: FindingLimits) -> [Finding] {
    guard let choosable = settings.choosablePorts else { return [] }
    let available = choosable.ranges.reduce(0) { $0 + $1.count }
    return [(TransportProtocol.tcp, listeners, sockets), (.udp, [], udpSockets)].compactMap { transport, first, rest in
      // Of the ports in order; a set of 28,000 would cost as much as all the rest.
      var isTaken = [Bool](repeating: false, count: Int(UInt16.max) + 1)
      for socket in first { isTaken[Int(socket.local.port)] = true }
      for socket in rest { isTaken[Int(socket.local.port)] = true }
      let taken = choosable.ranges.joined().count { isTaken[Int($0)] }
      guard Share.reaches(taken, limits.sharePercent, of: available) else { return nil }
      return finding(transport, taken, of: available, boundPorts.count(where: choosable.contains))
    }
  }

  private func finding(_ transport: TransportProtocol, _ taken: Int, of available: Int, _ bound: Int) -> Finding {
    let isTCP = transport == .tcp
    let kinds = isTCP ? ", \(bound) by listeners and bound sockets and \(taken - bound) by connections" : ""
    return Finding(
      .portsToBind, taken >= available ? .failing : .risk, figure: UInt64(taken), limit: UInt64(available),
      unit: "ports", subject: Finding.Subject(transport),
      text: "\(taken) of \(available) \(isTCP ? "TCP" : "UDP") ports that the kernel chooses from are taken"
        + " (\(Share.percent(taken, of: available)))\(kinds)",
      advice: (isTCP
        ? "with none left, bind() to port 0 fails with EADDRINUSE, and so does listen() without bind(); set"
          + " IP_BIND_ADDRESS_NO_PORT before binding an address alone, or widen"
        : "with none left, bind() to port 0 fails with EADDRINUSE, and connect() and sendto() with EAGAIN; use one"
          + " socket for many peers, or widen") + " net.ipv4.ip_local_port_range\(rangeText)")
  }
}

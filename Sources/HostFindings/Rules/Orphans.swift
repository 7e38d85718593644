internal import SockDiag
internal import SockDiagWire

extension HostFacts {
  /// A socket that was closed with unsent data, or before the peer closed, belongs to no process while the kernel
  /// finishes. The host has a limit for them, for all its namespaces together. Beyond it the kernel resets them, and
  /// their last data is lost. In a namespace other than the host's first one the limit is not visible, and nothing is
  /// found.
  func orphans(_ limits: FindingLimits) -> [Finding] {
    let suggestion =
      "their peers do not acknowledge: 'sockdiag list state fin-wait-1 state last-ack state closing' shows them,"
      + " 'sockdiag destroy' ends them, and net.ipv4.tcp_max_orphans is the limit"
    var findings: [Finding] = []
    if let rise = rise(of: \.abortsOnMemory) {
      findings.append(
        Finding(
          .orphansReset, .failing, figure: rise, limit: nil, unit: "connections",
          text:
            "the kernel reset \(rise.counted("closed connection")) in \(intervalText): there were too many of them, or too"
            + " little memory for TCP (TCPAbortOnMemory)",
          advice: "their last data is lost; \(suggestion), and net.ipv4.tcp_mem limits the memory"))
    }
    if let count = counters.orphans, let maximum = settings.maximumOrphans,
      Share.reaches(count, limits.sharePercent, of: maximum)
    {
      findings.append(
        Finding(
          .orphans, .risk, figure: count, limit: UInt64(maximum), unit: "sockets",
          text: "no process holds \(count.counted("TCP socket")) of this host, and the limit is \(maximum)"
            + " (\(Share.percent(count, of: maximum)))",
          advice: "beyond the limit the kernel resets them, and their last data is lost; \(suggestion)"))
    }
    return findings
  }
}

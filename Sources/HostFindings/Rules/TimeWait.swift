internal import SockDiag
internal import SockDiagWire

extension HostFacts {
  /// The kernel keeps a limited number of connections in TIME_WAIT, for all destinations together, and closes further
  /// ones at once. A server whose port is still in TIME_WAIT is a different problem, which SO_REUSEADDR solves.
  func timeWait(_ limits: FindingLimits) -> [Finding] {
    let maximum = settings.maximumTimeWait.map { UInt64($0) }
    let suggestion =
      "this host closes first: reuse connections, let the peers close, or raise net.ipv4.tcp_max_tw_buckets;"
      + " tcp_fin_timeout does not shorten TIME_WAIT"
    var findings: [Finding] = []
    if let rise = rise(of: \.timeWaitOverflows) {
      findings.append(
        Finding(
          .timeWaitOverflow, .failing, figure: rise, limit: nil, unit: "connections",
          text: "the kernel closed \(rise.counted("connection")) without TIME_WAIT in \(intervalText), because too many"
            + " are in TIME_WAIT" + (maximum.map { " (the limit is \($0))" } ?? ""),
          advice: suggestion))
    }
    if let count = counters.timeWaits, let maximum, Share.reaches(count, limits.sharePercent, of: maximum) {
      findings.append(
        Finding(
          .timeWaitCount, .risk, figure: count, limit: maximum, unit: "connections",
          text:
            "\(count.counted("connection is", "connections are")) in TIME_WAIT, and the limit is \(maximum)"
            + " (\(Share.percent(count, of: maximum)))",
          advice: suggestion))
    }
    return findings
  }
}

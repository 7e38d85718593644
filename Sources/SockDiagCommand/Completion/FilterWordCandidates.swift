internal import SockDiag
internal import SockDiagWire

/// Words of a filter, for a shell to offer.
enum FilterWordCandidates {
  private static let conditions = [
    "sport", "dport", "src", "dst", "dev", "fwmark", "cgroup", "autobound", "comm", "pid", "state", "exclude", "not",
  ]
  private static let groups = ["all", "connected", "synchronized", "bucket", "big"]

  static func candidates(_ line: CompletedLine) -> [Candidate] {
    switch line.previous {
    case "state", "exclude": (stateNames + groups).map { Candidate(word: $0) }
    // A port may stand alone after these.
    case "=", "==", "sport", "dport": LivePorts(line).candidates(prefix: line.prefix)
    default: conditions.map { Candidate(word: $0) }
    }
  }

  private static var stateNames: [String] {
    let known = SocketStateSet.all.union(.boundInactive)
    return (0..<32).map { SocketState(rawValue: $0) }.filter { known.contains(state: $0) }.map { "\($0)" }
  }
}

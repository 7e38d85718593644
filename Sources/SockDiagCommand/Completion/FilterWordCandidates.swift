internal import SockDiag
internal import SockDiagWire

/// Words of a filter, for a shell to offer.
enum FilterWordCandidates {
  private static let conditions = SocketFilter.conditionNames + ["not"]

  static func candidates(_ line: CompletedLine) -> [Candidate] {
    switch line.previous {
    case "direction": SocketDirection.all.map { Candidate(word: $0.description) }
    case "state", "exclude": SocketStateSet.filterNames.map { Candidate(word: $0) }
    // A port may stand alone after these.
    case "=", "==", "sport", "dport": LivePorts(line).candidates(prefix: line.prefix)
    default: conditions.map { Candidate(word: $0) }
    }
  }
}

internal import SockDiag

/// Diagnoses of several requests: the addresses that a server binds, or the ports of a range.
extension Sequence<Diagnosis> {
  /// The worst verdict: a conflict, then another error, then an answer that depends on unknown facts. Without diagnoses
  /// it is ``Diagnosis/Verdict/free``.
  public var verdict: Diagnosis.Verdict {
    // Of several errors the first counts.
    reduce(.free) { $1.verdict.severity > $0.severity ? $1.verdict : $0 }
  }

  /// One sentence: the port, the verdict, and the process that has it. Equal answers for several addresses of one port are
  /// one answer; of several ports it is the answer for the worst.
  public var summary: String {
    let groups = DiagnosisGroups(self).byWeight
    guard let first = groups.first?.first else { return "" }
    let ofOnePort = groups.map { $0.filter { $0.request.local.port == first.request.local.port } }.filter {
      !$0.isEmpty
    }
    return Headline.text(ofOnePort)
  }
}

extension Diagnosis.Verdict {
  /// A larger number for a worse answer.
  package var severity: Int {
    switch self {
    case .conflict: 3
    case .error: 2
    case .depends: 1
    case .free: 0
    }
  }
}

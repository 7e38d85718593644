internal import BindDiagnosis

/// Diagnoses of several addresses, with equal answers put together.
struct DiagnosisGroups {
  /// In the order of the addresses.
  private(set) var groups: [[Diagnosis]] = []

  init(_ diagnoses: [Diagnosis]) {
    for diagnosis in diagnoses {
      if let index = groups.firstIndex(where: { $0.first.map { Self.areAlike($0, diagnosis) } ?? false }) {
        groups[index].append(diagnosis)
      } else {
        groups.append([diagnosis])
      }
    }
  }

  /// The same groups, the one with the worst verdict and the most sockets in the way first.
  var byWeight: [[Diagnosis]] {
    groups.enumerated().sorted { left, right in
      let (one, other) = (Self.weight(left.element), Self.weight(right.element))
      return one == other ? left.offset < right.offset : one > other
    }.map(\.element)
  }

  private static func weight(_ group: [Diagnosis]) -> (Int, Int) {
    let severity =
      switch WhyStatus(group) {
      case .conflict: 3
      case .error: 2
      case .depends: 1
      case .free: 0
      }
    return (severity, group.first?.blockers.count ?? 0)
  }

  private static func areAlike(_ one: Diagnosis, _ other: Diagnosis) -> Bool {
    func effects(_ diagnosis: Diagnosis) -> [SocketIdentity: Bool?] {
      Dictionary(
        diagnosis.sockets.map { (SocketIdentity($0.socket), $0.mayBlock) }, uniquingKeysWith: { first, _ in first })
    }
    return one.verdict == other.verdict && one.openQuestions == other.openQuestions
      && effects(one) == effects(other) && one.probe == other.probe
  }
}

/// Diagnoses of several addresses, with equal answers put together.
package struct DiagnosisGroups {
  /// In the order of the addresses.
  package private(set) var groups: [[Diagnosis]] = []

  /// Puts diagnoses with equal answers together.
  package init(_ diagnoses: some Sequence<Diagnosis>) {
    for diagnosis in diagnoses {
      if let index = groups.firstIndex(where: { $0.first.map { Self.areAlike($0, diagnosis) } ?? false }) {
        groups[index].append(diagnosis)
      } else {
        groups.append([diagnosis])
      }
    }
  }

  /// The same groups, the one with the worst verdict and the most sockets in the way first.
  package var byWeight: [[Diagnosis]] {
    groups.enumerated().sorted { left, right in
      let (one, other) = (Self.weight(left.element), Self.weight(right.element))
      return one == other ? left.offset < right.offset : one > other
    }.map(\.element)
  }

  private static func weight(_ group: [Diagnosis]) -> (Int, Int) {
    guard let first = group.first else { return (0, 0) }
    return (first.verdict.severity, first.blockers.count)
  }

  private static func areAlike(_ one: Diagnosis, _ other: Diagnosis) -> Bool {
    func effects(_ diagnosis: Diagnosis) -> [DiagnosedSocket.Identity: Bool?] {
      Dictionary(diagnosis.sockets.map { ($0.identity, $0.mayBlock) }, uniquingKeysWith: { first, _ in first })
    }
    return one.verdict == other.verdict && one.openQuestions == other.openQuestions
      && effects(one) == effects(other) && one.probe == other.probe
  }
}

internal import BindDiagnosis
internal import SockDiag

/// What a wait has to say, in the words of `why`.
enum WaitText {
  /// The first of the sockets that are in the way, and how many more there are.
  static func obstacle(_ diagnoses: [Diagnosis]) -> String {
    if let diagnosis = diagnoses.first(where: \.isPassing) {
      return diagnosis.cause(of: .addressNotAvailable)
    }
    var blockers: [DiagnosedSocket] = []
    var seen: Set<SocketIdentity> = []
    for blocker in diagnoses.flatMap(\.blockers) where seen.insert(SocketIdentity(blocker.socket)).inserted {
      blockers.append(blocker)
    }
    guard let first = blockers.first else { return "nothing that can be seen is in the way" }
    let more = blockers.count - 1
    let title = DiagnosisText.title(first, count: 1).replacing("  ", with: " ")
    return more == 0 ? title : "\(title), and \(more) more"
  }

  /// On what it depends, if that is all that is in the way.
  static func dependence(_ diagnoses: [Diagnosis], probes: Bool) -> String? {
    unknowns(diagnoses).map {
      "whether it is free depends on \($0), so the wait goes on; "
        + (probes ? "no bind() could be tried" : "with --probe a bind() decides")
    }
  }

  private static func unknowns(_ diagnoses: [Diagnosis]) -> String? {
    guard !diagnoses.contains(where: { $0.verdict == .conflict }) else { return nil }
    return diagnoses.first { $0.verdict == .depends }.map(\.dependence)
  }

  /// That the time is up before the port is free.
  ///
  /// - Parameters:
  ///   - probes: Whether a live bind was to decide.
  ///   - hint: The command that tells more.
  static func notFree(
    _ title: String, _ diagnoses: [Diagnosis], _ waiter: borrowing Waiter, probes: Bool, hint: String
  ) -> String {
    let (limit, prospect) = (waiter.limit, waiter.prospect)
    let (time, still) = limit == .zero ? ("", "") : (" after \(DurationArgument.spelt(limit))", "still ")
    if diagnoses.contains(where: \.isPassing) {
      return "\(title) cannot be bound yet\(time): \(obstacle(diagnoses)); '\(hint)' says what helps"
    }
    if let unknowns = unknowns(diagnoses) {
      let cure = probes ? "no bind() could be tried; '\(hint)' says more" : "with --probe a bind() decides"
      return "\(title) is perhaps \(still)in use\(time): that depends on \(unknowns); \(cure)"
    }
    let expected = prospect?.expected.flatMap { $0 > .zero ? ", which goes in \(TimeText.seconds($0))" : nil } ?? ""
    return "\(title) is \(still)in use\(time): \(obstacle(diagnoses))\(expected); '\(hint)' says what helps"
  }

  /// An error for which it makes no sense to wait.
  static func failure(_ error: BindErrno, _ diagnosis: Diagnosis, _ hint: String) -> CommandFailure {
    CommandFailure(
      error == .accessDenied || error == .notPermitted ? .noPermission : .system,
      "bind() of \(diagnosis.request.local) fails with \(error) (\(SystemMessage.text(error.rawValue))):"
        + " \(diagnosis.cause(of: error)), and no waiting changes that; '\(hint)' says what helps")
  }

  /// Who listens.
  static func listens(_ title: String, _ sockets: [InetSocket]) -> String {
    guard let first = sockets.first else { return "something listens on \(title)" }
    var who: [UInt8] = []
    if let book = try? HolderBook([first]) { who.append(book.list(of: first)) }
    // A hidden process has a mark for a table in place of its name.
    let holder = who.isEmpty || who == [UInt8(ascii: "?")] ? "somebody" : String(decoding: who, as: UTF8.self)
    return "\(holder) listens on \(EndpointText.local(first))"
  }
}

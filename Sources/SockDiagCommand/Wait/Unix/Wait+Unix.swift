internal import ArgumentParser
internal import BindDiagnosis
internal import SockDiag

extension Wait {
  /// The UNIX sockets to wait for; empty if the question is about ports.
  func unixArguments() throws(CommandFailure) -> [UnixArgument] {
    let options = who.words + (who.tcp ? ["--tcp"] : []) + (who.udp ? ["--udp"] : []) + (probe ? ["--probe"] : [])
    return try UnixArgument.list(ports, options: options)
  }

  /// Waits until the names are free, or until something serves them.
  func wait(for sockets: [UnixArgument], isForFree: Bool, timeout: Duration?) throws {
    let title = sockets.map(\.text).joined(separator: ", ")
    let aim = isForFree ? "\(title) to be free" : "something to listen on \(title)"
    var waiter = Waiter(
      timeout: timeout ?? Self.standardTimeout, progress: quiet ? .hidden : ProgressLine(aim),
      interruption: try Interruption())
    var goal = try UnixGoal(sockets.map { UnixRequest($0.name) }, isForFree: isForFree)
    do {
      switch try waiter.wait(for: &goal) {
      case .isReached: announce(["\(title): \(isForFree ? "free" : "listening")"])
      case .interrupted: Interruption.endBySignal()
      case .timedOut:
        guard let missing = goal.missing else { return }
        let diagnosis = try goal.fullDiagnosis(of: missing)
        try end(UnixWaitText.notReached(diagnosis, isForFree: isForFree, after: waiter.limit, hint: hint(diagnosis)))
      }
    } catch let failure as PermanentUnixFailure {
      let diagnosis = failure.diagnosis
      throw CommandFailure(
        .otherError,
        "bind() of \(diagnosis.place) fails with \(failure.errno): \(diagnosis.cause(of: failure.errno)), and waiting"
          + " does not change that; '\(hint(diagnosis))' says what helps")
    }
  }

  private func hint(_ diagnosis: UnixDiagnosis) -> String {
    (["sockdiag", "why", UnixWaitText.argument(diagnosis)] + (namespace.netns.map { ["--netns", $0] } ?? []))
      .map(ShellWord.quoted).joined(separator: " ")
  }
}

/// The sentences of a wait for UNIX sockets.
enum UnixWaitText {
  /// That the time is up.
  static func notReached(
    _ diagnosis: UnixDiagnosis, isForFree: Bool, after limit: Duration, hint: String
  ) -> String {
    let time = limit == .zero ? "" : " after \(DurationArgument.spelt(limit))"
    let subject = isForFree ? "\(diagnosis.place) is not free" : "nothing listens on \(diagnosis.place)"
    // Where bind() would succeed, nothing is there at all.
    let reason = !isForFree && diagnosis.verdict == .free ? "" : ": \(diagnosis.headline)"
    return "\(subject)\(time)\(reason); '\(hint)' says what helps"
  }

  /// The name as an argument of this command.
  static func argument(_ diagnosis: UnixDiagnosis) -> String {
    if UnixArgument.isUnix(diagnosis.place) { return diagnosis.place }
    return "./\(diagnosis.place)"
  }
}

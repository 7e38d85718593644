internal import ArgumentParser
internal import BindDiagnosis
internal import PortControl
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
    let requests = sockets.map { UnixRequest($0.name) }
    do throws {
      let result = try result(
        of: isForFree ? .freeNames(requests) : .servedNames(requests), aim, timeout, outlastsTimers: false)
      if result.isReached { return announce(["\(title): \(isForFree ? "free" : "listening")"]) }
      guard let diagnosis = result.unixDiagnosis else { return }
      try end(UnixWaitText.notReached(diagnosis, isForFree: isForFree, after: result.limit, hint: hint(diagnosis)))
    } catch let error as PortControlError where error.code == .permanentFailure {
      throw CommandFailure(
        .otherError, "\(error); '\(error.unixDiagnosis.map(hint) ?? "sockdiag why")' says what helps")
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
    let reason = !isForFree && diagnosis.verdict == .free ? "" : ": \(diagnosis.summary)"
    return "\(subject)\(time)\(reason); '\(hint)' says what helps"
  }

  /// The name as an argument of this command.
  static func argument(_ diagnosis: UnixDiagnosis) -> String {
    if UnixArgument.isUnix(diagnosis.place) { return diagnosis.place }
    return "./\(diagnosis.place)"
  }
}

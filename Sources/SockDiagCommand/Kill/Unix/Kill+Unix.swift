internal import ArgumentParser
internal import BindDiagnosis
internal import Glibc
internal import PortControl

extension Kill {
  /// The UNIX sockets to free; empty if the arguments are ports.
  func unixArguments() throws(CommandFailure) -> [UnixArgument] {
    let options = (tcp ? ["--tcp"] : []) + (udp ? ["--udp"] : []) + (connections ? ["--connections"] : [])
    return try UnixArgument.list(ports, options: options)
  }

  /// Ends the processes that hold the sockets, after a question.
  func endHolders(of arguments: [UnixArgument], _ options: EndingOptions, settle: Duration) throws {
    guard dryRun || yes || Question.isPossible else {
      throw CommandFailure.usage(
        "there is no terminal to ask on; give --yes to end processes without a question, or --dry-run to see which")
    }
    let title = arguments.map(\.text).joined(separator: ", ")
    var ending = try Progress.during("looking for the processes that hold \(title)") {
      try UnixEnding(arguments.map { UnixRequest($0.name) })
    }
    let fields = UnixEndingFields(names: arguments.map(\.name), plan: ending.plan)
    if let refusal = ending.refusal { return try refuse(Self.refused(refusal), fields) }
    if dryRun {
      if json { return try write(fields) }
      return try write(
        EndingQuestion(ending.plan).text("Would end", .standardOutput(colour.color)), to: STDOUT_FILENO)
    }
    if yes {
      if !supervised, let target = ending.plan.supervised {
        return try refuse(Self.refused(.supervised(target)), fields)
      }
      warnOfAncestors(ending.plan)
    } else {
      guard try isConfirmed(ending.plan, Remarks()) else {
        return try refuse(.declined, fields)
      }
    }
    let outcomes = Progress.during("waiting for the processes to end") { ending.endAll(options) }
    let after = try Progress.during("watching \(title) for a restart") { try ending.observe(for: settle) }
    try report(fields, outcomes, after, options)
  }

  private static func refused(_ refusal: EndingRefusal) -> RefusedEnding {
    RefusedEnding(refusal, PortArguments([]))
  }

  /// Ends the command without a signal. Programs get their object all the same.
  private func refuse(_ refused: RefusedEnding, _ fields: UnixEndingFields) throws {
    var fields = fields
    fields.refusal = refused
    if json { try write(fields) }
    throw refused.failure
  }

  private func report(
    _ fields: UnixEndingFields, _ outcomes: [EndingOutcome], _ after: [UnixDiagnosis], _ options: EndingOptions
  ) throws {
    var remarks = Remarks()
    if outcomes.contains(where: { $0.status == .noPermission }) {
      remarks.add("some processes may not be signalled by this user; \(CommandUser.suggestion)", .noPermission)
    }
    for diagnosis in after where diagnosis.verdict != .free {
      remarks.add(UnixEndingText.sentence(diagnosis), UnixEndingText.status(diagnosis))
    }
    if json {
      var fields = fields
      (fields.outcomes, fields.after) = (outcomes, after)
      try write(fields)
    } else if !quiet {
      remarks.say()
      var prose = Prose(.standardOutput(colour.color))
      for diagnosis in after where diagnosis.verdict == .free { prose.line("\(diagnosis.place) is free", paint: .good) }
      for line in EndingText.lines(fields.plan.targets, outcomes, options) { prose.line(line) }
      try write(prose.bytes, to: STDOUT_FILENO)
    }
    try remarks.end()
  }
}

/// What is left of a name after the processes have ended.
enum UnixEndingText {
  static func sentence(_ diagnosis: UnixDiagnosis) -> String {
    diagnosis.isStale
      ? "no process holds \(diagnosis.place) any more, but its file is left, and bind() fails;"
        + " 'rm \(ShellWord.path(diagnosis.place))' removes it"
      : diagnosis.summary
  }

  /// A file that is left is like the records that closed connections leave: no process holds it.
  static func status(_ diagnosis: UnixDiagnosis) -> ExitStatus {
    switch diagnosis.verdict {
    case .free: .success
    case .conflict: diagnosis.isStale ? .partial : .system
    case .depends: .undecided
    case .error: .otherError
    }
  }
}

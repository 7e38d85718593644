internal import ArgumentParser
internal import BindDiagnosis
internal import Glibc
internal import SockDiagWire
internal import SocketOwners

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
    var ending = try Progress.during("looking for the processes that hold \(title)") { try UnixEnding(arguments) }
    if let refusal = ending.refusal() { throw refusal }
    if dryRun { return try showPlan(ending.plan) }
    if yes {
      if !supervised, let target = ending.plan.supervised, let supervisor = target.supervisor {
        throw CommandFailure(
          .system,
          "\(target.details.words) is run by \(supervisor.name), which may start it again; run"
            + " '\(supervisor.stopCommand)', or give --supervised to end it anyway")
      }
      for target in ending.plan.signalled where target.standing == .ancestor {
        Diagnostics.report(
          "\(target.details.words) started this command, so this terminal or session may end as well")
      }
    } else {
      try write(EndingQuestion(ending.plan).text("Ends", .standardError(colour.color)), STDERR_FILENO)
      guard try Question.isAnsweredYes("Go on?") else { throw CommandFailure(.negative, "nothing was ended") }
    }
    let outcomes = Progress.during("waiting for the processes to end") { ending.endAll(options) }
    let after = try Progress.during("watching \(title) for a restart") { try ending.observe(for: settle) }
    try report(ending.plan, outcomes, after, options)
  }

  private func showPlan(_ plan: EndingPlan) throws {
    if json { return try write(UnixEndingFields(plan: plan)) }
    try write(EndingQuestion(plan).text("Would end", .standardOutput(colour.color)), STDOUT_FILENO)
  }

  private func report(
    _ plan: EndingPlan, _ outcomes: [EndingOutcome], _ after: [UnixDiagnosis], _ options: EndingOptions
  ) throws {
    var remarks = Remarks()
    if outcomes.contains(where: { $0.status == .noPermission }) {
      remarks.add("some processes may not be signalled by this user; \(CommandUser.cure)", .noPermission)
    }
    for diagnosis in after where diagnosis.verdict != .free {
      remarks.add(UnixEndingText.sentence(diagnosis), UnixEndingText.status(diagnosis))
    }
    if json {
      try write(UnixEndingFields(plan: plan, outcomes: outcomes, after: after))
    } else if !quiet {
      remarks.say()
      var prose = Prose(.standardOutput(colour.color))
      for diagnosis in after where diagnosis.verdict == .free { prose.line("\(diagnosis.place) is free", paint: .good) }
      for line in EndingText.lines(plan.targets, outcomes, options) { prose.line(line) }
      try write(prose.bytes, STDOUT_FILENO)
    }
    try remarks.end()
  }

  private func write(_ text: [UInt8], _ descriptor: Int32) throws(CommandFailure) {
    var output = ByteOutput(descriptor: descriptor)
    output.bytes += text
    try output.flush()
  }

  private func write(_ fields: UnixEndingFields) throws(CommandFailure) {
    var output = ByteOutput()
    output.bytes.appendJSONLine(fields)
    try output.flush()
  }
}

/// What is left of a name after the processes have ended.
enum UnixEndingText {
  static func sentence(_ diagnosis: UnixDiagnosis) -> String {
    diagnosis.isStale
      ? "no process holds \(diagnosis.place) any more, but its file is left, and bind() fails;"
        + " 'rm \(ShellWord.path(diagnosis.place))' removes it"
      : diagnosis.headline
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

/// The JSON fields of `kill` for UNIX sockets: the processes, and after an attempt their outcomes and the names.
struct UnixEndingFields: FieldWritable {
  let plan: EndingPlan
  var outcomes: [EndingOutcome] = []
  var after: [UnixDiagnosis] = []

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.objects("processes", Array(plan.targets.enumerated())) { element, writer in
      let (index, target) = element
      writer.number("pid", target.process.pid)
      writer.process(target.details)
      writer.object("supervisor", target.supervisor)
      if index < outcomes.count { outcomes[index].writeFields(to: &writer) }
    }
    if after.isEmpty { return }
    writer.objects("names", after) { diagnosis, writer in
      writer.text("name", "\(diagnosis.request.name)")
      writer.boolean("is_free", diagnosis.verdict == .free)
      writer.boolean("is_stale", diagnosis.isStale)
      writer.text("verdict", WhyStatus(diagnosis).name)
    }
  }
}

internal import BindDiagnosis
internal import BindTrace
internal import SockDiag
internal import SockDiagWire

extension DiagnosisText {
  /// Appends a failed call and the reason.
  ///
  /// - Parameters:
  ///   - repeats: The number of failures since the last report, including this one; `nil` for the first report.
  ///   - isShort: Whether the diagnosis is given in a few lines.
  mutating func append(_ failed: FailedCall, _ diagnosis: Diagnosis?, repeats: Int? = nil, isShort: Bool) {
    end()
    line("\(failed.failure.text(failed.identity)) (\(SystemMessage.text(failed.call.errno))).", indent: 0)
    if let repeats {
      line("It failed \(Self.times(repeats)) since the last report, and now for this reason:", indent: 0)
    }
    for remark in failed.remarks { line(remark, indent: 0) }
    guard var diagnosis else { return end() }
    if let restraints = failed.rule(beside: diagnosis) {
      // The restraints are those of the failing program. They may differ from those of this process.
      diagnosis.restraints = restraints
      if diagnosis.denial == nil { refusal(failed, restraints) }
    } else if diagnosis.verdict == .free, !failed.failedForBeingWatched {
      line("Now nothing blocks the port: the cause has gone since.", indent: 0)
    }
    if isShort { appendShort([diagnosis]) } else { append([diagnosis]) }
    end()
  }

  /// Appends the restraints that may have refused the call of the program, and how to check.
  private mutating func refusal(_ failed: FailedCall, _ restraints: BindRestraints) {
    let candidates = failed.candidates(restraints)
    let names = Phrase.list(candidates.map { "\($0)" }, "or")
    let rule = names.isEmpty ? "" : ": a rule of \(names)"
    line("Neither a socket nor a missing capability is the cause. A security rule refuses it\(rule).", indent: 0)
    self.restraints(restraints, candidates, pid: failed.call.processID)
    end()
    line("To this command the same port is:", indent: 0)
  }
}

extension DiagnosisText {
  /// The number of times as a word: `once`, `2 times`.
  static func times(_ count: Int) -> String { count == 1 ? "once" : "\(Figure.grouped(count)) times" }
}

extension FailedCall {
  /// The restraints that may have refused the call; `nil` if a missing capability explains it.
  func rule(beside diagnosis: Diagnosis) -> BindRestraints? {
    failedForBeingWatched || diagnosis.denial == .missingCapability ? nil : restraints
  }

  /// The restraints that may have refused the call, the likeliest first.
  func candidates(_ restraints: BindRestraints) -> [BindRestraint] {
    restraints.candidates(for: error, request?.protocol ?? .tcp)
  }

  /// The process and the descriptor, for people.
  var identity: String { "pid \(call.processID), fd \(call.descriptor)" }
}

/// The JSON fields of a failed call: the call, the remarks, and the diagnosis under `why`.
struct FailedCallFields: FieldWritable {
  let failed: FailedCall
  let diagnosis: Diagnosis?
  let remarks: [String]
  var repeats: Int?
  let preset: Preset
  let namespace: String?
  /// For a UNIX socket.
  var unix: UnixDiagnosis?

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    let (call, failure) = (failed.call, failed.failure)
    writer.text("call", failure.function)
    writer.text("errno", failure.errnoName)
    writer.number("pid", call.processID)
    writer.number("thread", call.threadID)
    writer.number("fd", call.descriptor)
    failure.writeSubject(to: &writer)
    writer.number("repeats", repeats)
    writer.texts("remarks", remarks.isEmpty ? nil : remarks)
    let rule = diagnosis.flatMap { failed.rule(beside: $0) }
    writer.objects(
      "refused_by",
      rule.map { rule in failed.candidates(rule).map { RestraintText($0, rule, pid: call.processID) } })
    writer.object(
      "why", diagnosis.map { WhyFields(diagnoses: [$0], preset: preset, namespace: namespace) })
    writer.object("why_unix", unix.map { UnixWhyFields(diagnosis: $0, namespace: namespace) })
  }
}

/// The JSON fields of a failure that was only counted.
struct RepeatFields: FieldWritable {
  let failure: Failure
  let repeats: Int

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("call", failure.function)
    writer.text("errno", failure.errnoName)
    failure.writeSubject(to: &writer)
    writer.number("repeats", repeats)
  }
}

/// The JSON fields that say how many failures are not listed.
struct UnlistedFields: FieldWritable {
  let count: Int

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) { writer.number("unlisted", count) }
}

extension Failure {
  /// Writes the program and the address.
  fileprivate func writeSubject(to writer: inout some FieldWriter) {
    writer.text("command", program)
    writer.text("address", address.map { "\($0)" })
    writer.text("path", unixName)
  }
}

internal import BindDiagnosis
internal import BindTrace
internal import SockDiag

extension DiagnosisText {
  /// Appends a failed call, and why it failed.
  ///
  /// - Parameter repeats: How often it failed since it was last told that it did, this time included; `nil` for the first
  ///   time.
  mutating func append(_ failed: FailedCall, _ diagnosis: Diagnosis?, repeats: Int? = nil) {
    end()
    line("\(failed.failure.text(failed.identity)) (\(SystemMessage.text(failed.call.errno))).", indent: 0, width: .max)
    if let repeats {
      line("It did so \(Self.times(repeats)) since the last report, and now for this reason:", indent: 0)
    }
    for remark in failed.remarks { line(remark, indent: 0) }
    guard var diagnosis else { return end() }
    if let restraints = failed.rule(beside: diagnosis) {
      // The rules are those of the program that failed, whatever they say to this one.
      diagnosis.restraints = restraints
      if diagnosis.denial == nil { refusal(failed, restraints) }
    } else if diagnosis.verdict == .free, !failed.failedForBeingWatched {
      line("Now nothing is in the way: what was has gone since.", indent: 0)
    }
    append([diagnosis])
    end()
  }

  /// What may have refused the call to the program that made it, and how to look.
  private mutating func refusal(_ failed: FailedCall, _ restraints: BindRestraints) {
    let candidates = failed.candidates(restraints)
    let names = Phrase.list(candidates.map { "\($0)" }, "or")
    let rule = names.isEmpty ? "" : ", of \(names)"
    line("Neither a socket nor a missing capability is the cause. A security rule refuses it\(rule).", indent: 0)
    self.restraints(restraints, candidates, pid: failed.call.processID)
    end()
    line("To this command the same port is:", indent: 0)
  }
}

extension DiagnosisText {
  /// How often something happened.
  static func times(_ count: Int) -> String { count == 1 ? "once" : "\(Figure.grouped(count)) times" }
}

extension FailedCall {
  /// What may have refused the call, where no missing capability explains it; `nil` otherwise.
  func rule(beside diagnosis: Diagnosis) -> BindRestraints? {
    failedForBeingWatched || diagnosis.denial == .missingCapability ? nil : restraints
  }

  /// The restraints that may have refused the call, the likeliest first.
  func candidates(_ restraints: BindRestraints) -> [BindRestraint] {
    restraints.candidates(for: error, request?.protocol ?? .tcp)
  }

  /// The process and the descriptor, for people.
  var identity: String { "pid \(call.processID), fd \(call.descriptor)" }

  /// The same for programs.
  func document(
    _ diagnosis: Diagnosis?, remarks: [String], repeats: Int? = nil, preset: Preset, namespace: String?
  ) -> JSONDocument {
    let refusal = diagnosis.flatMap { rule(beside: $0) }.map {
      RestraintText.document($0, candidates($0), pid: call.processID)
    }
    let report: JSONDocument? = diagnosis.map { DiagnosisJSON(preset: preset, namespace: namespace).document([$0]) }
    return .object([
      "call": .text(failure.function), "errno": .text(failure.errnoName),
      "pid": .number(Int64(call.processID)), "thread": .number(Int64(call.threadID)),
      "fd": .number(Int64(call.descriptor)), "command": .text(failure.program),
      "address": failure.address.map { .text("\($0)") }, "path": failure.unixName.map { .text($0) },
      "repeats": repeats.map { .number(Int64($0)) },
      "remarks": remarks.isEmpty ? nil : .texts(remarks), "refused_by": refusal, "why": report,
    ])
  }
}

extension Failure {
  /// A failure and how often it was repeated, for programs.
  func document(repeats: Int) -> JSONDocument {
    .object([
      "call": .text(function), "errno": .text(errnoName), "command": .text(program),
      "address": address.map { .text("\($0)") }, "path": unixName.map { .text($0) },
      "repeats": .number(Int64(repeats)),
    ])
  }
}

internal import BindDiagnosis
internal import BindTrace

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
    guard let diagnosis else { return end() }
    if diagnosis.verdict == .free, !failed.failedForBeingWatched {
      line(
        "Now nothing is in the way: what was has gone since, or a security module or a program of the cgroup (BPF)"
          + " refuses it.", indent: 0)
    }
    append([diagnosis])
    end()
  }
}

extension DiagnosisText {
  /// How often something happened.
  static func times(_ count: Int) -> String { count == 1 ? "once" : "\(Figure.grouped(count)) times" }
}

extension FailedCall {
  /// The process and the descriptor, for people.
  var identity: String { "pid \(call.processID), fd \(call.descriptor)" }

  /// The same for programs.
  func document(
    _ diagnosis: Diagnosis?, remarks: [String], repeats: Int? = nil, preset: Preset, namespace: String?
  ) -> JSONDocument {
    let report: JSONDocument? = diagnosis.map { DiagnosisJSON(preset: preset, namespace: namespace).document([$0]) }
    return .object([
      "call": .text(failure.function), "errno": .text(failure.errnoName),
      "pid": .number(Int64(call.processID)), "thread": .number(Int64(call.threadID)),
      "fd": .number(Int64(call.descriptor)), "command": .text(failure.program),
      "address": failure.address.map { .text("\($0)") }, "path": failure.unixName.map { .text($0) },
      "repeats": repeats.map { .number(Int64($0)) },
      "remarks": remarks.isEmpty ? nil : .texts(remarks), "why": report,
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

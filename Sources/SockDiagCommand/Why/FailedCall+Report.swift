internal import BindDiagnosis
internal import BindTrace

extension DiagnosisText {
  /// Appends a failed call, and why it failed.
  mutating func append(_ failed: FailedCall, _ diagnosis: Diagnosis?) {
    let call = failed.call
    let place = call.address.map { " on \($0)" } ?? ""
    end()
    line(
      "\(failed.function)() of \(failed.program) (pid \(call.processID), fd \(call.descriptor))\(place) failed with"
        + " \(failed.error) (\(SystemMessage.text(call.errno))).", indent: 0, width: .max)
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

extension FailedCall {
  fileprivate var function: String { call.kind == .bind ? "bind" : "listen" }

  /// The same for programs.
  func document(_ diagnosis: Diagnosis?, preset: Preset, namespace: String?) -> JSONDocument {
    let address: JSONDocument? = call.address.map { .text("\($0)") }
    let report: JSONDocument? = diagnosis.map { DiagnosisJSON(preset: preset, namespace: namespace).document([$0]) }
    return .object([
      "call": .text(function), "errno": .text("\(error)"),
      "pid": .number(Int64(call.processID)), "thread": .number(Int64(call.threadID)),
      "fd": .number(Int64(call.descriptor)), "command": .text(program), "address": address,
      "remarks": remarks.isEmpty ? nil : .texts(remarks), "why": report,
    ])
  }
}

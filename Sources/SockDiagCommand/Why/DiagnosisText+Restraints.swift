internal import BindDiagnosis
internal import SockDiag

extension DiagnosisText {
  /// What may have refused a bind(), and how to check.
  mutating func restraints(_ diagnosis: Diagnosis) {
    restraints(diagnosis.restraints, diagnosis.refusedBy, pid: nil)
  }

  mutating func restraints(_ restraints: BindRestraints, _ candidates: [BindRestraint], pid: Int32?) {
    guard !candidates.isEmpty else { return }
    heading("What may refuse it, and how to check")
    for candidate in candidates {
      let text = RestraintText(candidate, restraints, pid: pid)
      line(text.introduction)
      for text in text.commands { command(text) }
    }
  }
}

internal import BindDiagnosis
internal import SockDiag

extension DiagnosisText {
  /// What may have refused a bind(), and how to look.
  mutating func restraints(_ diagnosis: Diagnosis) {
    guard case .restraint(let error)? = diagnosis.denial else { return }
    restraints(diagnosis.restraints, error, diagnosis.request.protocol, pid: nil)
  }

  mutating func restraints(_ restraints: BindRestraints, _ error: BindErrno, _ protocol: TransportProtocol, pid: Int32?)
  {
    let candidates = restraints.candidates(for: error, `protocol`)
    guard !candidates.isEmpty else { return }
    heading("May refuse it, and how to look")
    for candidate in candidates {
      let text = RestraintText(candidate, restraints, pid: pid)
      line(text.sentence)
      for text in text.commands { command(text) }
    }
  }
}

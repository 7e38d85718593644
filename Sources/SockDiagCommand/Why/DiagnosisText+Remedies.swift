internal import BindDiagnosis
internal import SockDiag

extension DiagnosisText {
  mutating func remedies(_ group: [Diagnosis]) {
    guard let diagnosis = group.first else { return }
    let remedies = diagnosis.remedies
    guard !remedies.isEmpty else { return }
    heading("Helps")
    for remedy in remedies {
      let advice = RemedyText(
        remedy, diagnosis, preset: preset, namespace: namespace, requests: group.map(\.request))
      line(advice.introduction)
      commands(advice)
    }
  }

  mutating func misbeliefs(_ diagnosis: Diagnosis) {
    let misbeliefs = diagnosis.misbeliefs
    guard !misbeliefs.isEmpty, diagnosis.verdict != .free else { return }
    heading("These will not help here")
    for misbelief in misbeliefs { line("\(misbelief)") }
  }
}

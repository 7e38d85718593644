internal import BindDiagnosis
internal import SockDiag

/// The whole reasoning of diagnoses for people: the short verdict, then for each answer the blocking sockets, the time, the
/// remedies, advice that does not help, and harmless sockets. The sentences come from BindDiagnosis.
struct DiagnosisText {
  let context: WhyContext
  var prose: Prose

  var preset: Preset { context.preset }
  var namespace: String? { context.namespace }
  var bytes: [UInt8] { prose.bytes }

  init(_ context: WhyContext, _ terminal: Terminal) {
    self.context = context
    prose = Prose(terminal)
  }

  /// Appends the verdict and the process, and then the reasoning. Equal answers for several addresses are written once.
  mutating func append(_ diagnoses: [Diagnosis]) {
    if let short = ShortAnswer(diagnoses, context, prose.terminal) { prose.append(short.headText()) }
    for group in DiagnosisGroups(diagnoses).groups {
      end()
      append(group: group)
    }
  }

  /// Appends the answer in a few lines.
  mutating func appendShort(_ diagnoses: [Diagnosis]) {
    if let short = ShortAnswer(diagnoses, context, prose.terminal) { prose.append(short.text()) }
  }

  private mutating func append(group: [Diagnosis]) {
    guard let diagnosis = group.first else { return }
    verdict(group)
    // Diagnoses of one group have the same rules.
    redirections(diagnosis)
    blockers(diagnosis)
    release(diagnosis)
    remedies(group)
    restraints(diagnosis)
    misbeliefs(diagnosis)
    harmless(diagnosis)
    elsewhere(diagnosis)
    scope(diagnosis)
  }

  // Parts of sections.

  mutating func end() { prose.blank() }

  mutating func heading(_ text: String) {
    end()
    prose.line(text, paint: .strong)
  }

  mutating func line(_ text: String, indent: Int = 2) { prose.line(text, indent: indent) }

  /// Writes a command to copy.
  mutating func command(_ text: String) { prose.command(text, indent: 6) }

  /// Writes the commands or statements of a remedy. A statement of a program is folded without backslashes.
  mutating func commands(_ advice: RemedyText) {
    for text in advice.commands {
      if advice.isForShell { command(text) } else { line(text, indent: 6) }
    }
  }
}

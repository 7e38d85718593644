internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// The answer in at most ten lines: the verdict with the process, where the process comes from, how to free the port,
/// what would be no use, and how to see more.
struct ShortAnswer {
  let context: WhyContext
  let terminal: Terminal
  private let groups: [[Diagnosis]]
  /// The group that the answer is about, and its first diagnosis.
  let group: [Diagnosis]
  let diagnosis: Diagnosis

  /// The most lines at 80 columns. A narrower terminal folds them.
  private static let lineLimit = 10

  /// - Returns: `nil` if there are no diagnoses.
  init?(_ diagnoses: [Diagnosis], _ context: WhyContext, _ terminal: Terminal) {
    self.context = context
    self.terminal = terminal
    groups = DiagnosisGroups(diagnoses).byWeight
    guard let group = groups.first, let diagnosis = group.first else { return nil }
    self.group = group
    self.diagnosis = diagnosis
  }

  /// A part of the answer. Parts with a weight are left out if there are too many lines, the heaviest first.
  struct Part {
    enum Content {
      case verdict(String)
      case detail(String)
      case advice(AdviceEntry)
    }

    var content: Content
    var weight = 0
  }

  /// The text of the answer, with the heaviest parts left out until it fits into ten lines.
  func text() -> [UInt8] {
    var parts = head + advice
    var wide = terminal
    wide.width = max(terminal.width, Terminal.defaultWidth)
    while layout(parts, wide).lineCount > Self.lineLimit,
      let heaviest = parts.indices.filter({ parts[$0].weight > 0 })
        .max(by: { (parts[$0].weight, $0) < (parts[$1].weight, $1) })
    {
      parts.remove(at: heaviest)
    }
    return layout(parts, terminal).bytes
  }

  /// The verdict and the process, to which the long form adds its reasoning.
  func headText() -> [UInt8] { layout(head, terminal).bytes }

  private var head: [Part] {
    [Part(content: .verdict(Headline.text(groups, namesAddress: context.namesAddress, device: deviceName)))] + details
  }

  private func layout(_ parts: [Part], _ terminal: Terminal) -> Prose {
    var prose = Prose(terminal)
    var hasAdvice = false
    for part in parts {
      switch part.content {
      case .verdict(let text): prose.line(text, paint: paint)
      case .detail(let text): prose.line(text, indent: 4)
      case .advice(let entry):
        if !hasAdvice { prose.blank() }
        hasAdvice = true
        entry.append(to: &prose)
      }
    }
    return prose
  }

  private var paint: Paint {
    switch WhyStatus(group) {
    case .free: .good
    case .conflict, .error: .bad
    case .depends: .passing
    }
  }

  private var deviceName: String? {
    guard diagnosis.request.interfaceIndex != 0 else { return nil }
    var interfaces = InterfaceNames(.host)
    let name = interfaces.name(diagnosis.request.interfaceIndex).map { String(decoding: $0, as: UTF8.self) }
    return name ?? "interface \(diagnosis.request.interfaceIndex)"
  }
}

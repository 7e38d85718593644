internal import BindDiagnosis
internal import Glibc
internal import SockDiagWire
internal import SocketOwners

/// The answer about the name of a UNIX socket in at most ten lines: the verdict with the process, what connect() answers,
/// what helps, and what would be no use.
struct UnixAnswer {
  let diagnosis: UnixDiagnosis
  let context: WhyContext
  let terminal: Terminal

  private static let lineLimit = 10

  private enum Part {
    case detail(String, weight: Int)
    case advice(AdviceEntry, weight: Int)

    var weight: Int {
      switch self {
      case .detail(_, let weight), .advice(_, let weight): weight
      }
    }
  }

  /// The text, with the heaviest parts left out until it fits into ten lines of 80 columns.
  func text() -> [UInt8] {
    var parts = details + advice
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

  /// The verdict and what is known, to which the long form adds its sections.
  func headText() -> [UInt8] { layout(details, terminal).bytes }

  private func layout(_ parts: [Part], _ terminal: Terminal) -> Prose {
    var prose = Prose(terminal)
    prose.line(diagnosis.summary, paint: paint)
    var hasAdvice = false
    for part in parts {
      switch part {
      case .detail(let text, _): prose.line(text, indent: 4)
      case .advice(let entry, _):
        if !hasAdvice { prose.blank() }
        hasAdvice = true
        entry.append(to: &prose)
      }
    }
    return prose
  }

  private var paint: Paint {
    switch WhyStatus(diagnosis) {
    case .free: .good
    case .conflict, .error: .bad
    case .depends: .passing
    }
  }

  // MARK: Details

  private var details: [Part] {
    var details: [Part] = []
    if let leader = diagnosis.leader {
      details += ProcessLines.of(leader, diagnosis.origins[leader.process.pid], width: terminal.width).map {
        .detail($0.text, weight: $0.weight)
      }
    }
    if let age = fileAge { details.append(.detail(age, weight: 4)) }
    switch diagnosis.verdict {
    case .conflict where diagnosis.isStale:
      details.append(.detail("bind() fails with EADDRINUSE; \(diagnosis.connectClause)", weight: 0))
    case .conflict, .depends: details.append(.detail(diagnosis.connectClause, weight: 0))
    case .free, .error: break
    }
    return details + diagnosis.notes.map { .detail($0, weight: 2) }
  }

  /// The owner and the age of a stale file.
  private var fileAge: String? {
    guard diagnosis.isStale, let file = diagnosis.facts?.target else { return nil }
    let age = context.now.map { Duration.seconds(max($0 - file.changed, 0)) }
    return "the file belongs to \(UserName.text(file.uid))\(age.map { " and is \($0.ageWords) old" } ?? "")"
  }

  // MARK: Advice

  private var advice: [Part] {
    var parts: [Part] = []
    if let entry = privilegedQuestion { parts.append(.advice(entry, weight: 0)) }
    for (index, remedy) in diagnosis.remedies.enumerated() {
      let text = UnixRemedyText(remedy, diagnosis, namespace: context.namespace)
      parts.append(.advice(text.entry, weight: index == 0 ? 0 : 5 + index))
    }
    if let entry = last { parts.append(.advice(entry, weight: 0)) }
    return parts
  }

  /// As a plain user, the first advice is to ask as root if that shows more.
  private var privilegedQuestion: AdviceEntry? {
    guard CommandUser.effective != 0, let question = context.question else { return nil }
    let isHidden = diagnosis.server?.holdersMissing?.takesPrivilege == true
    let isUnknown =
      switch diagnosis.presence {
      case .unknown, .hidden: true
      case .nothing, .server: false
      }
    guard isHidden || isUnknown, diagnosis.verdict == .conflict else { return nil }
    return AdviceEntry(label: "See more", text: "sudo \(question)", isCommand: true)
  }

  /// Advice that would be no use, and the command for the whole reasoning.
  private var last: AdviceEntry? {
    let more = context.question.map { "\($0) -v" }
    let briefs = diagnosis.misbeliefs.map(\.brief)
    guard !briefs.isEmpty else {
      return diagnosis.verdict == .free && diagnosis.notes.isEmpty
        ? nil : more.map { AdviceEntry(label: "More", text: $0, isCommand: true) }
    }
    return AdviceEntry(
      label: "No use here", text: briefs.joined(separator: ", "), aside: more.map { ("More", $0) })
  }
}

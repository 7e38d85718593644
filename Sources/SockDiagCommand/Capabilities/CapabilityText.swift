internal import SockDiag
internal import SockDiagWire

/// The answer of `capabilities` for people.
enum CapabilityText {
  static func append(_ capabilities: Capabilities, to prose: inout Prose) {
    prose.line(
      "Linux \(capabilities.release)"
        + (capabilities.canLoadModules ? "" : ", which loads no modules on request"), paint: .strong)
    prose.blank()
    prose.line(
      "\(cell("Sockets", kindWidth))\(cell("sock_diag", answerWidth))Instead, and what would help", paint: .faint)
    for handler in capabilities.handlers { append(handler, isRefused: capabilities.refusal != nil, to: &prose) }
    let features = KernelFeature.all.compactMap { feature in capabilities.features[feature].map { (feature, $0) } }
    if features.isEmpty { return }
    prose.blank()
    prose.line("\(cell("Feature", featureWidth))", paint: .faint)
    for (feature, isPresent) in features {
      let need = isPresent ? "" : feature.requirement.map { "; needs \($0)" } ?? ""
      prose.line(
        "\(cell(feature.rawValue, featureWidth))\(cell(isPresent ? "yes" : "no", flagWidth))\(feature.explanation)\(need)",
        hanging: featureWidth + flagWidth, paint: isPresent ? .none : .passing)
    }
    if let count = capabilities.tcpInfoByteCount {
      let limit = TCPInfo.knownByteCount
      let note =
        count < limit
        ? "this version knows \(limit), so newer members are absent here"
        : count > limit ? "this version knows \(limit), and keeps the rest undecoded" : "all that this version knows"
      prose.line(
        "\(cell("tcp-info", featureWidth))\(cell("\(count)", flagWidth))bytes of figures for each TCP socket; \(note)",
        hanging: featureWidth + flagWidth)
    }
  }

  private static func append(_ handler: HandlerCapability, isRefused: Bool, to prose: inout Prose) {
    let answer =
      switch handler.answer {
      case .present: "yes"
      case .missing: "no"
      case .refused: "refused"
      case .notAsked: isRefused ? "no" : "not asked"
      }
    let isPresent = handler.answer == .present
    prose.line(
      cell(handler.handler.name, kindWidth) + cell(answer, answerWidth)
        + (isPresent ? provider(handler) : instead(handler, isRefused: isRefused)),
      hanging: kindWidth + answerWidth, paint: isPresent ? .none : .passing)
  }

  private static func provider(_ handler: HandlerCapability) -> String {
    switch handler.provider {
    case .builtIn: "built into the kernel"
    case .loaded: "module \(handler.module)"
    case .loadable, .absent, .unknown: ""
    }
  }

  private static func instead(_ handler: HandlerCapability, isRefused: Bool) -> String {
    let table = handler.handler.procNetTable.map { "/proc/net/\($0)" } ?? "nothing"
    // The remark below names what helps for all of them.
    guard !isRefused, let suggestion = handler.suggestion else { return table }
    switch handler.answer {
    case .notAsked where handler.provider == .loadable:
      return "\(table); the first request loads \(handler.module)"
    case .missing, .notAsked, .refused, .present: return "\(table); \(suggestion)"
    }
  }

  private static let kindWidth = 10
  private static let answerWidth = 11
  private static let featureWidth = 18
  private static let flagWidth = 5

  /// A text with blanks up to a width.
  private static func cell(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.utf8.count, 1))
  }
}

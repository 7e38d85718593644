extension Diagnosis {
  /// Unseen facts that could make the bind() fail although everything that was seen allows it. Empty if a live bind
  /// settled it.
  public var openQuestions: BlindSpots {
    if case .succeeded? = probe, !request.choosesPortLater { return [] }
    guard prediction.decisive == .succeeds || prediction.decisive.isUncertain else { return [] }
    return blindSpots.intersection(.deciding)
  }
}

extension BindPrediction.Outcome {
  fileprivate var isUncertain: Bool { if case .depends = self { true } else { false } }
}

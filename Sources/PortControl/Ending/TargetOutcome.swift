/// A process that was to be ended, and what became of it.
public struct TargetOutcome: Hashable, Sendable {
  /// The process.
  public let target: EndingTarget
  /// What became of it.
  public let outcome: EndingOutcome
}

internal import SocketOwners

/// The outcomes of the processes that held ports, and the state of the ports afterwards.
public struct EndingReport: Sendable {
  /// The processes and what became of each, in the order in which they were signalled.
  public let outcomes: [(target: EndingTarget, outcome: EndingOutcome)]
  /// The state of the ports afterwards.
  public let port: PortAfterEnding

  /// The outcome of a process; `nil` if it was not among them.
  public subscript(_ target: EndingTarget) -> EndingOutcome? {
    outcomes.first { $0.target.process == target.process }?.outcome
  }
}

extension EndingReport: CustomStringConvertible {
  /// The outcomes and the state of the ports, as one sentence without a full stop.
  public var description: String {
    (outcomes.map { "\($0.target.details.words): \($0.outcome)" } + ["\(port)"]).joined(separator: "; ")
  }
}

extension EndingReport: Hashable {
  /// Whether the same processes had the same outcomes, with the same state afterwards.
  public static func == (left: EndingReport, right: EndingReport) -> Bool {
    left.port == right.port && left.outcomes.elementsEqual(right.outcomes) { $0 == $1 }
  }

  /// Hashes the outcomes.
  public func hash(into hasher: inout Hasher) {
    for (target, outcome) in outcomes {
      hasher.combine(target)
      hasher.combine(outcome)
    }
  }
}

internal import SocketOwners

/// The outcomes of the processes that held ports, and the state of the ports afterwards.
public struct EndingReport: Hashable, Sendable {
  /// The processes and what became of each, in the order in which they were signalled.
  public let outcomes: [TargetOutcome]
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

import BindSituationKit
import SockDiag
import SocketLaboratory

@testable import BindDiagnosis

/// Predictions for one view of a port, to be compared with the kernel's answers.
struct Judgement {
  /// From what sock_diag shows.
  let visible: BindPrediction
  /// With everything known; `nil` where a socket was not recognized.
  let complete: BindPrediction?
  private let portSockets: [PortSocket]
  private let changed: Bool

  init(_ view: PortView, _ lab: PortLaboratory, _ request: BindRequest, _ conditions: BindConditions) {
    changed = lab.hasChangedOptions
    // A listener that took SO_REUSEPORT back after listen() would be misjudged, and is said to be left aside.
    let seen = view.visible(infers: !changed)
    visible = BindRule.predict(request, beside: seen, under: conditions)
    let known = view.complete(lab.truths)
    complete = known.map { BindRule.predict(request, beside: $0, under: conditions) }
    portSockets = known ?? seen
  }

  /// What an answer of the kernel shows to be wrong.
  ///
  /// - Parameters:
  ///   - answer: The errno; `nil` for success.
  ///   - outcome: What was predicted for the call.
  ///   - protocol: Of UDP sockets the order may decide.
  func complaints(
    _ answer: BindErrno?, to call: String, _ outcome: KeyPath<BindPrediction, BindPrediction.Outcome?>,
    _ protocol: TransportProtocol, _ tally: inout BindTally
  ) -> [String] {
    var found: [String] = []
    if let predicted = visible[keyPath: outcome] {
      tally.visible.add(predicted)
      if let fault = fault(answer, predicted, visible.caveats) {
        found.append("\(call), from what is visible: \(fault)")
      }
    }
    guard let complete, let predicted = complete[keyPath: outcome] else { return found }
    tally.complete.add(predicted)
    if let fault = fault(answer, predicted, complete.caveats) { found.append("\(call), all known: \(fault)") }
    if case .depends(let on) = predicted {
      tally.hangsOnOrder += 1
      if `protocol` == .tcp || on != .order { found.append("\(call), all known: depends on \(on)") }
    }
    if predicted == .fails(.addressInUse), answer == nil {
      tally.remembered += 1
      if !changed { tally.rememberedUnchanged += 1 }
    }
    return found
  }

  private func fault(
    _ answer: BindErrno?, _ predicted: BindPrediction.Outcome, _ caveats: BindPrediction.Caveats
  ) -> String? {
    let isRight =
      switch predicted {
      case .succeeds: answer == nil
      case .depends: answer == nil || answer == .addressInUse
      case .fails(let error):
        answer == error || answer == nil && error == .addressInUse && caveats.contains(.bucketMemory)
      }
    return isRight ? nil : "\(predicted), the kernel: \(answer.map { "\($0)" } ?? "OK")"
  }

  /// That listen() may fail for another socket's listening must have been said before.
  var isRaceAnnounced: Bool {
    [visible, complete].allSatisfy { prediction in
      guard let prediction, prediction.listen == .succeeds else { return true }
      return prediction.caveats.contains(.listenRace)
    }
  }
}

extension Judgement: CustomStringConvertible {
  var description: String { portSockets.map { "\($0)" }.joined(separator: "\n    ") }
}

extension BindPrediction {
  /// What bind() answers, as an optional like that of listen().
  var boundOutcome: Outcome? { bind }
}

extension BindErrno {
  /// The errno of the laboratory's call; `nil` if it succeeds.
  static func answer(_ call: () throws -> Void) throws -> BindErrno? {
    do {
      try call()
      return nil
    } catch let error as LaboratoryError where error.errno != 0 {
      return BindErrno(rawValue: error.errno)
    }
  }
}

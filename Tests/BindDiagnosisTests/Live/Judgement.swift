import BindSituationKit
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit

@testable import BindDiagnosis

/// Predictions for one view of a port, to compare with the kernel's answers.
struct Judgement {
  /// From the data of sock_diag.
  let visible: BindPrediction
  /// With everything known; `nil` if a socket was not recognized.
  let complete: BindPrediction?
  private let portSockets: [PortSocket]
  private let changed: Bool

  init(_ view: PortView, _ lab: PortLaboratory, _ request: BindRequest, _ conditions: BindConditions) {
    changed = lab.hasChangedOptions
    // A listener that unset SO_REUSEPORT after listen() would be misjudged, so it is excluded.
    let seen = view.visible(infers: !changed)
    visible = BindRule.predict(request, beside: seen, under: conditions)
    let known = view.complete(lab.truths)
    complete = known.map { BindRule.predict(request, beside: $0, under: conditions) }
    portSockets = known ?? seen
  }

  /// The errors in the predictions that an answer of the kernel shows.
  ///
  /// - Parameters:
  ///   - answer: The errno; `nil` for success.
  ///   - outcome: The prediction for the call.
  ///   - protocol: For UDP sockets the order may decide.
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

  /// If listen() failed because another socket listens, the prediction must have said that this is possible.
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
  /// The answer of bind(), as an optional like that of listen().
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

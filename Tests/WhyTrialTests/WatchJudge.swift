import BindSituationKit
import SocketLaboratory

/// Compares what the command says of a program that it watches with what that program was answered.
struct WatchJudge {
  let situation: WhySituation
  let reports: [WatchReport]
  let kernel: KernelAnswer

  /// The report of the call that failed.
  private var report: WatchReport? {
    reports.first { $0.errno == kernel.error && kernel[$0.call] == kernel.error && $0.call != "connect" }
  }

  /// For counting.
  var outcome: String {
    guard let error = kernel.error else { return "succeeded" }
    return "\(error) \(report.map { $0.why?.verdict ?? "not diagnosed" } ?? "not reported")"
  }

  /// What is wrong.
  var complaints: [String] {
    guard let error = kernel.error else {
      return reports.isEmpty ? [] : ["calls are reported that did not fail: \(reports)"]
    }
    // A socket that could not be made is nothing that is watched.
    guard !kernel.failedAtSocket else { return [] }
    guard let report else { return ["the call that failed is not reported"] }
    guard let verdict = report.why?.verdict else {
      return situation.question.socket.kind == .udpLite || situation.restraint.forbidsAsking
        ? [] : ["it is not diagnosed"]
    }
    // The call itself was refused, and the report names what may have done it.
    if situation.restraint.mayRefuse(with: error) { return [] }
    switch verdict {
    case "conflict": return error == "EADDRINUSE" ? [] : ["diagnosed as a conflict"]
    case "error": return error != "EADDRINUSE" ? [] : ["diagnosed as another error"]
    case "depends": return []
    default: return ["diagnosed as free"]
    }
  }
}

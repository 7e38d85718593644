import BindSituationKit
import SocketLaboratory
import SocketLaboratoryKit

/// Compares the command's report about a watched program with the answers that the program got.
struct WatchJudge {
  let situation: WhySituation
  let reports: [WatchReport]
  let kernel: KernelAnswer

  /// The report about the failed call.
  private var report: WatchReport? {
    reports.first { $0.errno == kernel.error && kernel[$0.call] == kernel.error && $0.call != "connect" }
  }

  /// For counting.
  var outcome: String {
    guard let error = kernel.error else { return "succeeded" }
    return "\(error) \(report.map { $0.why?.verdict ?? "not diagnosed" } ?? "not reported")"
  }

  /// The errors.
  var complaints: [String] {
    guard let error = kernel.error else {
      return reports.isEmpty ? [] : ["calls are reported that did not fail: \(reports)"]
    }
    // A call that made no socket is not watched.
    guard !kernel.failedAtSocket else { return [] }
    guard let report else { return ["the call that failed is not reported"] }
    guard let verdict = report.why?.verdict else {
      return situation.question.socket.kind == .udpLite || situation.restraint.forbidsAsking
        ? [] : ["it is not diagnosed"]
    }
    // The call itself was refused, and the report names the possible restraints.
    if situation.restraint.mayRefuse(with: error) { return [] }
    switch verdict {
    case "conflict": return error == "EADDRINUSE" ? [] : ["diagnosed as a conflict"]
    case "error": return error != "EADDRINUSE" ? [] : ["diagnosed as another error"]
    case "depends": return []
    default: return ["diagnosed as free"]
    }
  }
}

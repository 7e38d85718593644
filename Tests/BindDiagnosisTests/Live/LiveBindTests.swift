import BindSituationKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import BindDiagnosis

/// The rule compared with the running kernel, in random situations.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct LiveBindTests {
  @Test func predictionEqualsTheKernelsAnswer() async throws {
    let seed = LiveSettings.seed("bind situations")
    let count = LiveSettings.count
    let tally = try await Laboratory.withNew { laboratory in
      var trial = try BindTrial(laboratory)
      for number in 0..<count { try trial.run(number, seed: seed) }
      return trial.tally
    }
    print(tally)
    #expect(tally.complaints.isEmpty, "seed \(seed): \(tally.complaints.prefix(5).joined(separator: "\n"))")
    guard count >= 1000 else { return }

    // The test would find nothing if it skipped the hard cases or always answered the same.
    #expect(tally.situations == count && tally.sockets >= count)
    #expect(tally.succeeded >= count / 4 && tally.refused >= count / 8)
    #expect(tally.complete.share >= 0.9 && tally.visible.share >= 0.4)
    #expect(tally.empty + tally.restless + tally.unrecognized <= count / 20)
    #expect(tally.remembered <= count / 20)
    #expect(tally.lostRaces > 0)
    let roles = [
      "listens", "bound", "timeWait", "established", "close-wait", "fin-wait-1", "fin-wait-2", "last-ack", "syn-sent",
    ]
    for role in roles { #expect(tally.roles["tcp \(role)", default: 0] >= count / 500, "\(role)") }
  }
}

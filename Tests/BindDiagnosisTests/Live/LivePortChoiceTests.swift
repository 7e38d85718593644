import BindSituationKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Ports that the kernel chooses, from a range that is nearly exhausted.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct LivePortChoiceTests {
  @Test func predictedPortChoiceEqualsTheKernels() async throws {
    let seed = LiveSettings.seed("port choices")
    let count = LiveSettings.count / 4
    let tally = try await Laboratory.withNew { laboratory in
      var trial = try PortChoiceTrial(laboratory)
      for number in 0..<count { try trial.run(number, seed: seed) }
      return trial.tally
    }
    print(tally)
    #expect(tally.complaints.isEmpty, "seed \(seed): \(tally.complaints.prefix(5).joined(separator: "\n"))")
    guard count >= 200 else { return }
    #expect(tally.complete >= count * 9 / 10 && tally.visible >= count / 2)
    #expect(tally.forgotten <= count / 50 && tally.restless <= count / 50)
    let (found, exhausted) = tally.answers.values.reduce((0, 0)) { ($0.0 + $1.found, $0.1 + $1.exhausted) }
    #expect(found >= count / 10 && exhausted >= count / 10)
    guard count >= 500 else { return }
    for call in PortChoicePlan.Call.allCases {
      let answers = tally.answers[call, default: (found: 0, exhausted: 0)]
      #expect(answers.found > 0 && answers.exhausted > 0, "\(call): \(answers)")
    }
  }
}

import FoundationEssentials
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// The command's answers compared with the running kernel, in random situations.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WhyTrialTests {
  @Test func answerAgreesWithTheKernel() async throws {
    let settings = TrialSettings()
    print(settings)
    let programs = try Programs()
    let tally = try await withThrowingTaskGroup(of: WhyTally.self) { group in
      for lane in 0..<2 {
        group.addTask {
          try await Laboratory.withNew { laboratory in
            var trial = try WhyTrial(laboratory, programs)
            for number in settings.numbers where number % 2 == lane { try trial.run(number, seed: settings.seed) }
            return trial.tally
          }
        }
      }
      return try await group.reduce(into: WhyTally()) { $0.add($1) }
    }
    print(tally)
    #expect(tally.complaints.isEmpty, "\(settings)\n\(tally.complaints.prefix(settings.shown).joined(separator: "\n"))")
    guard settings.numbers.count >= 1000 else { return }

    // The test would find nothing if it always gave the same answer, or asked as one user only.
    for asker in ["root", "plain user", "user namespace"] {
      for verdict in ["free", "conflict", "error", "depends"] {
        #expect(tally.verdicts[asker]?[verdict, default: 0] ?? 0 > 0, "\(asker): \(verdict)")
      }
    }
    #expect(tally.openShare("root") < 10)
    #expect(tally.restless <= settings.numbers.count / 100)
    #expect(tally.remembered <= settings.numbers.count / 20)
  }
}

/// How many situations are tried, and which.
struct TrialSettings: Sendable, CustomStringConvertible {
  let seed: UInt64
  let numbers: Range<Int>
  /// How many wrong answers are shown.
  let shown: Int

  /// SOCKDIAG_WHY_SITUATIONS is the number of situations, SOCKDIAG_WHY_SEED selects others, and SOCKDIAG_WHY_ONLY is
  /// the number of a single one.
  ///
  /// Without a seed the situations are always the same, so that the effect of a change can be judged. A search uses a
  /// new seed each time.
  init() {
    func number(_ name: String) -> UInt64? { ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } }
    seed = number("SOCKDIAG_WHY_SEED") ?? 9_859_135_874_654_707_560
    shown = Int(number("SOCKDIAG_WHY_SHOWN") ?? 5)
    let count = number("SOCKDIAG_WHY_SITUATIONS").map { Int($0) } ?? Trials.count(2000)
    let only = number("SOCKDIAG_WHY_ONLY").map { Int($0) }
    numbers = only.map { $0..<($0 + 1) } ?? 0..<count
  }

  var description: String { "why trial: SOCKDIAG_WHY_SEED=\(seed) SOCKDIAG_WHY_SITUATIONS=\(numbers.count)" }
}

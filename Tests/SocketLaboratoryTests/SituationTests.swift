import Foundation
import SocketLaboratory
import Testing

/// Every situation, judged by `ss`.
@Suite(.serialized, .enabled(if: NetworkNamespace.isPermitted, "needs the right to make network namespaces"))
struct SituationTests {
  @Test(arguments: Situation.all)
  func standsAsSSSeesIt(_ situation: Situation) async throws {
    let isCI = ProcessInfo.processInfo.environment["CI"] != nil
    try await withKnownIssue("this kernel cannot", isIntermittent: true) {
      let disagreements = try await Laboratory.withNew { laboratory in
        let scene = try situation.build(in: laboratory)
        return try laboratory.namespace.ssDisagreements(with: scene.expected)
      }
      #expect(disagreements.isEmpty)
    } matching: { issue in
      // A laptop may lack MPTCP or an algorithm. CI may not: there a skipped situation would go unnoticed.
      !isCI && (issue.error as? LaboratoryError)?.code == .unsupported
    }
  }

  @Test func namesAreUniqueAndKebabCase() {
    let names = Situation.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" } })
  }

  @Test func everyStateOccursInBothFamilies() throws {
    for version in ["4", "6"] {
      for state in LabState.allCases where state != .close && state != .listen {
        #expect(Situation.named("tcp\(version)-\(state)") != nil)
      }
    }
  }
}

import Foundation
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Every situation, checked with `ss`.
@Suite(.serialized, .enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct SituationTests {
  @Test(arguments: Situation.all)
  func situationLooksAsExpectedInSS(_ situation: Situation) async throws {
    let isCI = ProcessInfo.processInfo.environment["CI"] != nil
    try await withKnownIssue("this kernel cannot build the situation", isIntermittent: true) {
      let disagreements = try await Laboratory.withNew { laboratory in
        let scene = try situation.build(in: laboratory)
        return try settled { try laboratory.namespace.ssDisagreements(with: scene.expected) }
      }
      #expect(disagreements.isEmpty)
    } matching: { issue in
      // A laptop may lack MPTCP or a congestion algorithm. CI may not: a situation skipped there would go unnoticed.
      !isCI && (issue.error as? LaboratoryError)?.code == .unsupported
    }
  }

  /// A comparison that never fails would make every other test here worthless.
  @Test func disagreementsAreFound() async throws {
    let counts = try await Laboratory.withNew { laboratory in
      let pair = [LabEndpoint(.loopbackV4, 8080), LabEndpoint(.loopbackV4, 40000)]
      _ = try laboratory.connectedPair(to: pair[0], from: pair[1], clientOptions: [.mark(1)])
      let listener = ExpectedSocket(.tcp, .listen, pair[0]) { $0.sendQueue = 16 }
      let server = ExpectedSocket(.tcp, .established, pair[0], pair[1])
      let client = ExpectedSocket(.tcp, .established, pair[1], pair[0]) { $0.mark = 1 }
      let wrongClient = ExpectedSocket(.tcp, .established, pair[1], pair[0]) { $0.mark = 0x10 }
      return try [
        [listener, server, client], [listener, server], [listener, server, wrongClient],
        [listener, server, client, client],
      ].map { try laboratory.namespace.ssDisagreements(with: $0).count }
    }
    // If an expectation is missing, a row is left over. A wrong expectation matches no row and leaves one over. A
    // duplicate matches no row.
    #expect(counts == [0, 1, 2, 1])
  }

  /// `ss` does not show the socket, but bind(2) does: the port is taken.
  @Test(arguments: Situation.all.filter { $0.name.hasSuffix("-bound-inactive") || $0.name.hasSuffix("-disconnected") })
  func inactiveSocketsHoldTheirPort(_ situation: Situation) async throws {
    let failures = try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      return scene.expected.map { expected -> Int32? in
        do {
          _ = try laboratory.boundSocket(to: expected.local)
          return nil
        } catch {
          return (error as? LaboratoryError)?.errno
        }
      }
    }
    #expect(failures == [EADDRINUSE])
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

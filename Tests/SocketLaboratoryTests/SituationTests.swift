import Foundation
import SocketLaboratory
import SocketLaboratoryKit
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
        return try settled { try laboratory.namespace.ssDisagreements(with: scene.expected) }
      }
      #expect(disagreements.isEmpty)
    } matching: { issue in
      // A laptop may lack MPTCP or an algorithm. CI may not: there a skipped situation would go unnoticed.
      !isCI && (issue.error as? LaboratoryError)?.code == .unsupported
    }
  }

  /// A comparison that never objects would make every other test here worthless.
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
    // A missing expectation leaves a row; a wrong one finds none and leaves one; a doubled one finds none.
    #expect(counts == [0, 1, 2, 1])
  }

  /// What `ss` does not show, bind(2) tells: the port is taken.
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

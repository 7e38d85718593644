import SocketLaboratory
import SocketLaboratoryKit
import Testing

@Suite(.serialized, .enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct CrowdTests {
  @Test func crowdLooksAsExpectedInSS() async throws {
    let clock = ContinuousClock()
    let result = try await Laboratory.withNew { laboratory in
      let start = clock.now
      let crowd = try Crowd(in: laboratory)
      let taken = clock.now - start
      let disagreements = try settled { try laboratory.namespace.ssDisagreements(with: crowd.scene.expected) }
      return (count: crowd.scene.expected.count, states: Set(crowd.scene.expected.map(\.state)), taken, disagreements)
    }
    print("crowd of \(result.count) sockets in \(result.2)")
    #expect(result.3.isEmpty)
    #expect(result.count >= 2000)
    #expect(result.states == Set(LabState.allCases))
  }

  @Test func sameSeedMakesTheSameCrowd() async throws {
    var crowds: [[ExpectedSocket]] = []
    for _ in 0..<2 {
      crowds.append(try await Laboratory.withNew { try Crowd(in: $0, count: 200, seed: 7).scene.expected })
    }
    #expect(crowds[0] == crowds[1])
  }

  @Test func crowdWithoutExpiryHoldsNothingThatExpires() async throws {
    let expected = try await Laboratory.withNew {
      try Crowd(in: $0, count: 200, seed: 7, expiring: false).scene.expected
    }
    #expect(expected.allSatisfy { $0.timer != .timeWait })
  }
}

import SocketLaboratory
import Testing

/// Every situation, judged by `ss`.
@Suite(.serialized) struct SituationTests {
  @Test(arguments: Situation.all)
  func standsAsExpectedBySS(_ situation: Situation) async throws {
    try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      var rows = try laboratory.namespace.ss()
      for expected in scene.expected where expected.isShownBySS {
        if let index = rows.firstIndex(where: { expected.differences(from: $0).isEmpty }) {
          rows.remove(at: index)
        } else {
          let nearest = rows.map { expected.differences(from: $0) }.min { $0.count < $1.count } ?? ["no rows"]
          Issue.record("\(situation): \(expected.state) \(expected.local): \(nearest)")
        }
      }
      #expect(rows.isEmpty, "\(situation) holds more than it says")
    }
  }
}

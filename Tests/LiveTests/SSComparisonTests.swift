import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Compares the command with `ss`, row for row, in a namespace with more than 2,000 sockets in all states.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct SSComparisonTests {
  /// The equivalent options of both commands.
  private static func questions(port: UInt16, peer: UInt16) -> [(ours: [String], theirs: [String])] {
    var questions: [(ours: [String], theirs: [String])] = []
    for family in [[], ["-4"], ["-6"]] {
      for protocols in ["-tua", "-ta", "-ua"] { questions.append(([protocols] + family, [protocols] + family)) }
      questions.append((["-tu"] + family, ["-tu"] + family))
      questions.append((["-tul"] + family, ["-tul"] + family))
      // `ss` has only one spelling for the state of listeners.
      let states = (1...11).map { SocketState(rawValue: $0) }.map { $0 == .listen ? "listening" : $0.description }
      for state in states + SocketStateSet.groups.map(\.name) {
        questions.append((["-tu", "state", state] + family, ["-tu"] + family + ["state", state]))
        // `ss` ignores an exclusion of all states.
        if state == "all" { continue }
        questions.append((["-tu", "exclude", state] + family, ["-tu"] + family + ["exclude", state]))
      }
      questions.append((["-tua", "sport", "= :\(port)"] + family, ["-tua"] + family + ["sport", "= :\(port)"]))
      questions.append((["-tua", "dport", "= :\(peer)"] + family, ["-tua"] + family + ["dport", "= :\(peer)"]))
      questions.append(
        (
          ["-tua", "sport = :\(port),1000-20000"] + family,
          ["-tua"] + family + ["( sport = :\(port) or ( sport >= :1000 and sport <= :20000 ) )"]
        ))
    }
    return questions
  }

  @Test func everyRowEqualsThatOfSS() async throws {
    let (count, complaints) = try await Laboratory.withNew { laboratory in
      // Some of them are only bound, and `ss -a` does not show those.
      let crowd = try Crowd(in: laboratory, count: 2_300)
      return try withExtendedLifetime(crowd) {
        let namespace = laboratory.namespace
        let all = try CommandUnderTest.list(["-tua"], in: namespace)
        let ports = all.map(\.socket.local.port).sorted()
        let peers = all.map(\.socket.remote.port).sorted()
        let questions = Self.questions(port: ports[ports.count / 3], peer: peers[peers.count - 9])
        let complaints = try questions.flatMap { question in
          // One at a time: a TIME_WAIT record may end between two dumps.
          try settled {
            let ours = try CommandUnderTest.list(question.ours, in: namespace).map(\.ssColumns)
            let theirs = try SSRow.list(question.theirs, in: namespace).map(\.columns)
            return rowDifferences(ours, theirs).map { "\(question.ours): \($0)" }
          }
        }
        return (all.count, complaints)
      }
    }
    #expect(count >= 2000)
    #expect(complaints.isEmpty)
  }
}

import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// The figures behind the columns: a figure that both commands print must be equal.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct SSFigureTests {
  @Test func everyFigureThatBothPrintIsEqual() async throws {
    let (compared, complaints) = try await Laboratory.withNew { laboratory in
      // Without sockets that expire: their timers run between two dumps.
      let crowd = try Crowd(in: laboratory, count: 400, expiring: false)
      return try withExtendedLifetime(crowd) {
        var compared: [String: Int] = [:]
        let complaints = try settled {
          compared = [:]
          let start = ContinuousClock.now
          let ours = try CommandUnderTest.list(["-tua", "-imoe"], in: laboratory.namespace)
          let theirs = try SSRow.list(["-tuaimoe", "--tos"], in: laboratory.namespace)
          let elapsed = ContinuousClock.now - start
          var rows = Dictionary(grouping: theirs) { $0.cookie }
          return ours.flatMap { row -> [String] in
            let cookie = String(row.socket.cookie?.rawValue ?? 0, radix: 16)
            guard let theirs = rows[cookie]?.popLast() else { return ["\(row.socket): not in ss"] }
            // Only sockets that do not change can look the same in two dumps.
            if [.retransmit, .persist].contains(row.socket.timer?.kind) { return [] }
            return SSFigures.differences(
              SSFigures.figures(of: row.socket), theirs.details, within: elapsed, &compared
            ).map { "\(row.socket): \($0)" }
          }
        }
        return (compared, complaints)
      }
    }
    print(compared.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    #expect(complaints.isEmpty)
    // This test would be worthless if it compared nothing.
    #expect(compared.count >= 40)
  }
}

extension SSRow {
  /// The socket's cookie in hexadecimal.
  fileprivate var cookie: String {
    details.split(separator: " ").first { $0.hasPrefix("sk:") }.map { String($0.dropFirst(3)) } ?? ""
  }
}

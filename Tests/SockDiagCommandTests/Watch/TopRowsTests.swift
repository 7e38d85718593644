import SockDiag
import SockDiagTestKit
import Testing

@testable import SockDiagCommand

/// The first rows of many.
struct TopRowsTests {
  private static func row(_ key: UInt64, _ score: Double) -> WatchRow {
    var row = WatchRow(key: key, socket: InetSocket())
    row.score = score
    return row
  }

  @Test(arguments: 0..<50)
  func highestRowsAreKeptInOrder(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let limit = Int.random(in: 1...40, using: &random)
    let rows = (0..<Int.random(in: 0...300, using: &random)).map { key in
      Self.row(UInt64(key), Double(Int.random(in: 0...20, using: &random)))
    }.shuffled(using: &random)
    var top = TopRows(limit: limit)
    for row in rows where top.admits(score: row.score, key: row.key) { top.add(row) }
    let expected = rows.sorted { ($0.score, $1.key) > ($1.score, $0.key) }.prefix(limit)
    #expect(top.sorted().map(\.key) == expected.map(\.key), "seed \(seed)")
  }

  /// Many sockets are idle and have equal values. The same ones of them are shown in each sample.
  @Test func rowsWithoutValueDoNotDependOnTheOrderOfTheWalk() {
    for keys in [Array(0..<100), Array((0..<100).reversed())] {
      var top = TopRows(limit: 3)
      for key in keys where top.admits(score: -.infinity, key: UInt64(key)) {
        top.add(Self.row(UInt64(key), -.infinity))
      }
      #expect(top.sorted().map(\.key) == [0, 1, 2])
    }
  }
}

import SockDiagTestKit
import SockDiagWire
import Testing

@testable import SocketMetrics

/// Which keys get label sets of their own, and what becomes of the others.
@Suite struct LabelSetTests {
  @Test func largestAreChosenAndStayUntilAnotherIsTwiceAsLarge() {
    var sets = LabelSets<Int>(limit: 2)
    sets.choose(by: [1: 10, 2: 20, 3: 30])
    #expect(sets.chosen == [2, 3])
    sets.choose(by: [1: 40, 2: 20, 3: 30])
    #expect(sets.chosen == [2, 3])
    sets.choose(by: [1: 41, 2: 20, 3: 30])
    #expect(sets.chosen == [1, 3])
  }

  @Test func keyThatIsGoneMakesRoom() {
    var sets = LabelSets<Int>(limit: 2)
    sets.choose(by: [1: 10, 2: 20, 3: 30])
    sets.choose(by: [1: 10, 3: 30])
    #expect(sets.chosen == [1, 3])
    sets.choose(by: [:])
    #expect(sets.chosen == [])
  }

  @Test func equalKeysAreChosenInTheirOrder() {
    var sets = LabelSets<Int>(limit: 3)
    sets.choose(by: Dictionary(uniqueKeysWithValues: (1...100).map { ($0, 1) }))
    #expect(sets.chosen == [1, 2, 3])
  }

  @Test func gaugesOfTheOthersAreMerged() {
    var sets = GaugeSets<Int>(limit: 1)
    let (entries, cut) = sets.divide([1: 5, 2: 7, 3: 1], weight: { Double($0) }, merge: { $0 += $1 })
    #expect(entries.map(\.key) == [2, nil])
    #expect(entries.map(\.value) == [7, 6])
    #expect(cut == 2)
  }

  /// Random traffic of random keys: no series ever falls, except that it ends and begins anew, and all together are right.
  @Test func countersOnlyGrowAndTheirSumIsRight() {
    let seed = UInt64.random(in: 0 ... .max)
    print("ledger seed: \(seed)")
    var random = SeededGenerator(seed: seed)
    var ledger = TrafficLedger<Int>(limit: 3)
    var expected: UInt64 = 0
    var last: [Int?: UInt64] = [:]
    for _ in 0..<500 {
      var look: [Int: (traffic: ServiceTraffic, sockets: Int)] = [:]
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        var traffic = ServiceTraffic()
        let bytes = UInt64.random(in: 0...1000, using: &random)
        traffic.counters.bytesReceived = bytes
        traffic.counters.segmentsReceived = bytes
        look[Int.random(in: 0...20, using: &random)] = (traffic, 1)
      }
      expected += look.values.reduce(0) { $0 + ($1.traffic.counters.bytesReceived ?? 0) }
      ledger.add(look)
      let entries = ledger.entries
      #expect(entries.count <= 4 && entries.filter { $0.key == nil }.count <= 1)
      #expect(entries.reduce(0) { $0 + ($1.total.counters.bytesReceived ?? 0) } == expected)
      let now = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.total.counters.bytesReceived ?? 0) })
      for (key, value) in now { #expect(value >= last[key] ?? 0) }
      #expect(now.keys.contains(nil) || !last.keys.contains(nil))
      last = now
    }
  }
}

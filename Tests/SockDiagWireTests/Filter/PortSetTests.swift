import SockDiagTestKit
import SockDiagWire
import Testing

/// Sets of ports.
@Suite struct PortSetTests {
  static func randomSet(_ generator: inout SeededGenerator, upTo count: Int) -> (PortSet, Set<UInt16>) {
    var ranges: [ClosedRange<UInt16>] = []
    var members: Set<UInt16> = []
    for _ in 0..<Int.random(in: 0...count, using: &generator) {
      let lows: [UInt16] = [0, 1, 65534, 65535, .random(in: .min ... .max, using: &generator)]
      let widths: [UInt16] = [0, 0, 1, 2, .random(in: 0..<300, using: &generator)]
      let low = lows.randomElement(using: &generator) ?? 0
      let width = widths.randomElement(using: &generator) ?? 0
      let range = low...(low > .max - width ? .max : low + width)
      ranges.append(range)
      members.formUnion(range)
    }
    return (PortSet(ranges), members)
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func setContainsExactlyItsElements(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      let (set, members) = Self.randomSet(&generator, upTo: 12)
      for port in UInt16.min ... .max where set.contains(port) != members.contains(port) {
        Issue.record("port \(port) in \(set.ranges)")
      }
      // Sorted, with a gap between each range and the next.
      for (left, right) in zip(set.ranges, set.ranges.dropFirst()) {
        #expect(Int(left.upperBound) + 1 < Int(right.lowerBound))
      }
      #expect(set.singlePort == (members.count == 1 ? members.first : nil))
    }
  }

  @Test(arguments: [4, 5, 6] as [UInt64]) func setOperationsWorkAsOnAnySet(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      let (left, leftMembers) = Self.randomSet(&generator, upTo: 8)
      let (right, rightMembers) = Self.randomSet(&generator, upTo: 8)
      #expect(left.complement.complement == left)
      #expect(left.complement.ranges.allSatisfy { !leftMembers.contains($0.lowerBound) })
      #expect(left.union(right) == PortSet(leftMembers.union(rightMembers).map { $0...$0 }))
      #expect(left.intersection(right) == PortSet(leftMembers.intersection(rightMembers).map { $0...$0 }))
    }
  }

  @Test func allPortsAndNoPortsAreComplements() {
    #expect(PortSet().complement == .all)
    #expect(PortSet.all.complement == PortSet())
    #expect(PortSet([0...65534]).complement == [65535])
  }

  @Test func adjacentRangesAreJoined() {
    #expect(PortSet([1...2, 3...4, 6...7]).ranges == [1...4, 6...7])
    #expect(PortSet([10...20, 12...13, 15...30]).ranges == [10...30])
    #expect(PortSet([65535...65535, 0...65534]).ranges == [0...65535])
    #expect(([80, 443, 81] as PortSet).ranges == [80...81, 443...443])
    #expect(([80, 80] as PortSet).singlePort == 80)
    #expect(PortSet().ranges.isEmpty && PortSet().singlePort == nil)
  }
}

import SockDiagWire
import Testing

/// Sets of ports, and the programs by which the kernel applies them.
@Suite struct BytecodeTests {
  private static func randomSet(_ generator: inout SeededGenerator, upTo count: Int) -> (PortSet, Set<UInt16>) {
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

  @Test(arguments: [1, 2, 3] as [UInt64]) func aSetHoldsWhatItWasMadeOf(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      let (set, members) = Self.randomSet(&generator, upTo: 12)
      for port in UInt16.min ... .max where set.contains(port) != members.contains(port) {
        Issue.record("port \(port) in \(set.ranges)")
      }
      // Sorted, with a gap between each and the next.
      for (left, right) in zip(set.ranges, set.ranges.dropFirst()) {
        #expect(Int(left.upperBound) + 1 < Int(right.lowerBound))
      }
      #expect(set.singlePort == (members.count == 1 ? members.first : nil))
    }
  }

  @Test func rangesThatTouchAreOne() {
    #expect(PortSet([1...2, 3...4, 6...7]).ranges == [1...4, 6...7])
    #expect(PortSet([10...20, 12...13, 15...30]).ranges == [10...30])
    #expect(PortSet([65535...65535, 0...65534]).ranges == [0...65535])
    #expect(([80, 443, 81] as PortSet).ranges == [80...81, 443...443])
    #expect(([80, 80] as PortSet).singlePort == 80)
    #expect(PortSet().ranges.isEmpty && PortSet().singlePort == nil)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func theKernelTakesAProgramAndAcceptsWhatIsInTheSets(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<30 {
      let (local, localMembers) = Self.randomSet(&generator, upTo: 20)
      let (remote, remoteMembers) = Self.randomSet(&generator, upTo: 20)
      for (localPorts, remotePorts) in [(local, remote), (local, nil), (nil, remote)] as [(PortSet?, PortSet?)] {
        let bytes = try #require(InetBytecode(localPorts: localPorts, remotePorts: remotePorts)).bytes
        let program = try BytecodeInterpreter(bytes)
        for _ in 0..<200 {
          let ports = [localMembers, remoteMembers].map { members in
            Bool.random(using: &generator)
              ? members.randomElement(using: &generator) ?? 7
              : UInt16.random(in: .min ... .max, using: &generator)
          }
          let expected =
            (localPorts == nil || localMembers.contains(ports[0]))
            && (remotePorts == nil || remoteMembers.contains(ports[1]))
          if program.accepts(local: ports[0], remote: ports[1]) != expected {
            Issue.record("\(ports) in \(localPorts?.ranges ?? []) and \(remotePorts?.ranges ?? [])")
          }
        }
      }
    }
  }

  @Test func everyBorderOfARangeIsExact() throws {
    let sets: [PortSet] = [[0], [65535], PortSet([0...65535]), PortSet([1...65534]), PortSet([80...80, 82...90])]
    for set in sets {
      let program = try BytecodeInterpreter(try #require(InetBytecode(localPorts: set, remotePorts: nil)).bytes)
      for port in UInt16.min ... .max where program.accepts(local: port, remote: 0) != set.contains(port) {
        Issue.record("port \(port) in \(set.ranges)")
      }
    }
  }

  @Test func anEmptySetAcceptsNothing() throws {
    let program = try BytecodeInterpreter(try #require(InetBytecode(localPorts: [], remotePorts: nil)).bytes)
    #expect(!program.accepts(local: 0, remote: 0) && !program.accepts(local: 80, remote: 80))
  }

  @Test func noFilterIsNoProgram() throws {
    #expect(try #require(InetBytecode(localPorts: nil, remotePorts: nil)).bytes.isEmpty)
  }

  /// The longest jump has sixteen bits.
  @Test func aProgramThatWouldNotFitIsNotMade() throws {
    func ports(_ count: UInt16) -> PortSet { PortSet((0..<count).map { $0 * 2...$0 * 2 }) }
    let longest = try #require((5450...5470).last { InetBytecode(localPorts: ports($0), remotePorts: nil) != nil })
    let bytes = try #require(InetBytecode(localPorts: ports(longest), remotePorts: nil)).bytes
    // An attribute has 65,535 bytes, of which four are its header.
    #expect(bytes.count <= 65_531)
    #expect(longest == 5461)
    #expect(InetBytecode(localPorts: ports(longest + 1), remotePorts: nil) == nil)
    let program = try BytecodeInterpreter(bytes)
    #expect(program.accepts(local: (longest - 1) * 2, remote: 0))
    #expect(!program.accepts(local: (longest - 1) * 2 + 1, remote: 0))
  }
}

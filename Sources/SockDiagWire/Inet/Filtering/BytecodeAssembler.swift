/// Writes a filter program from its end to its start.
///
/// All jumps go forward, so each target is known when a jump is written, and each jump is direct. The kernel's audit
/// follows the branches for "holds" and accepts only places on that path as starts of operations. So here these
/// branches always lead to the next operation. Their eight-bit offsets would not reach far anyway. If a matching
/// condition has to lead elsewhere, the opposite condition is used, or a jump follows.
struct BytecodeAssembler {
  /// What an operation tests. Kernel: `INET_DIAG_BC_*`, linux/inet_diag.h.
  private enum Opcode: UInt8 {
    /// `INET_DIAG_BC_JMP`
    case jump = 1
    /// `INET_DIAG_BC_S_GE`
    case sourcePortAtLeast = 2
    /// `INET_DIAG_BC_S_LE`
    case sourcePortAtMost = 3
    /// `INET_DIAG_BC_D_GE`
    case destinationPortAtLeast = 4
    /// `INET_DIAG_BC_D_LE`
    case destinationPortAtMost = 5
    /// `INET_DIAG_BC_AUTO`
    case autobound = 6
    /// `INET_DIAG_BC_S_COND`
    case sourceCondition = 7
    /// `INET_DIAG_BC_D_COND`
    case destinationCondition = 8
    /// `INET_DIAG_BC_DEV_COND`, since 4.8
    case device = 9
    /// `INET_DIAG_BC_MARK_COND`, since 4.9
    case mark = 10
    /// `INET_DIAG_BC_S_EQ`, since 4.16
    case sourcePortEqual = 11
    /// `INET_DIAG_BC_D_EQ`, since 4.16
    case destinationPortEqual = 12
    /// `INET_DIAG_BC_CGROUP_COND`, since 5.8
    case cgroup = 13
  }

  /// A place in the program: its distance from the end.
  typealias Place = Int

  /// The place that reports the socket: the end.
  static var accept: Place { 0 }
  /// The place that rejects the socket: one operation after the end.
  static var reject: Place { -4 }

  /// The program so far, from its last byte to its first.
  private var reversed: [UInt8] = []
  private var isTooLong = false
  private(set) var operations: InetBytecode.Operations = []
  private let refused: InetBytecode.Operations

  init(avoiding refused: InetBytecode.Operations) { self.refused = refused }

  /// The program, unless it is longer than an attribute or one of its jumps exceeds sixteen bits.
  var program: [UInt8]? {
    isTooLong || reversed.count > Int(UInt16.max) - 4 ? nil : reversed.reversed()
  }

  /// The start of the program so far: the next operation falls through to here.
  private var top: Place { reversed.count }

  /// Emits the test of a filter, with the targets for both results.
  mutating func emit(_ node: FilterNode, holds: Place, fails: Place) {
    switch node {
    case .all(let nodes):
      guard let last = nodes.last else { return jump(to: holds) }
      emit(last, holds: holds, fails: fails)
      for node in nodes.dropLast().reversed() { emit(node, holds: top, fails: fails) }
    case .any(let nodes):
      guard let last = nodes.last else { return jump(to: fails) }
      emit(last, holds: holds, fails: fails)
      for node in nodes.dropLast().reversed() { emit(node, holds: holds, fails: top) }
    case .not(let node): emit(node, holds: fails, fails: holds)
    case .condition(let condition): emit(condition, holds: holds, fails: fails)
    }
  }

  private mutating func emit(_ condition: FilterCondition, holds: Place, fails: Place) {
    switch condition {
    case .ports(let end, let ports):
      // The variant with fewer comparisons.
      let complement = ports.complement
      if complement.ranges.count < ports.ranges.count {
        emit(complement.ranges[...], of: end, within: 0...UInt16.max, holds: fails, fails: holds)
      } else {
        emit(ports.ranges[...], of: end, within: 0...UInt16.max, holds: holds, fails: fails)
      }
    case .address(let end, let prefix):
      emit(
        end == .local ? .sourceCondition : .destinationCondition, hostCondition(prefix.address.family, prefix),
        holds: holds, fails: fails)
    // An IPv6 condition of zero bits matches every IPv6 socket and no other.
    case .family(.inet6): emit(.sourceCondition, hostCondition(.inet6, nil), holds: holds, fails: fails)
    case .family(.inet): emit(.sourceCondition, hostCondition(.inet6, nil), holds: fails, fails: holds)
    // Replies to an inet request are IPv4 or IPv6 only.
    case .family, .end: jump(to: fails)
    case .autobound: emit(.autobound, [], holds: holds, fails: fails)
    case .interface(let index):
      operations.insert(.interface)
      emit(.device, memory(index), holds: holds, fails: fails)
    case .mark(let value, let mask):
      operations.insert(.mark)
      emit(.mark, memory(value) + memory(mask), holds: holds, fails: fails)
    case .cgroup(let id):
      operations.insert(.cgroup)
      let words = [UInt32(truncatingIfNeeded: id), UInt32(truncatingIfNeeded: id >> 32)]
      // One 64-bit word in the host's order.
      emit(
        .cgroup,
        words[0].littleEndian == words[0] ? memory(words[0]) + memory(words[1]) : memory(words[1]) + memory(words[0]),
        holds: holds, fails: fails)
    case .states, .figure, .direction, .holder:
      preconditionFailure("the kernel's filter has no operation for \(condition)")
    }
  }

  // MARK: Ports

  /// The number of ranges that are tried one after the other, at the leaves of the search.
  private static var rangesInARow: Int { 4 }

  /// Emits a search for a port in sorted ranges, when the port is known to lie within given bounds.
  private mutating func emit(
    _ ranges: ArraySlice<ClosedRange<UInt16>>, of end: SocketEnd, within known: ClosedRange<UInt16>, holds: Place,
    fails: Place
  ) {
    if ranges.count <= Self.rangesInARow {
      var fails = fails
      for (index, range) in ranges.enumerated().reversed() {
        emit(range, of: end, within: known, holds: holds, fails: fails)
        if index > 0 { fails = top }
      }
      if ranges.isEmpty { jump(to: fails) }
      return
    }
    let middle = ranges.startIndex + ranges.count / 2
    let pivot = ranges[middle].lowerBound
    emit(ranges[..<middle], of: end, within: known.lowerBound...pivot - 1, holds: holds, fails: fails)
    let lower = top
    emit(ranges[middle...], of: end, within: pivot...known.upperBound, holds: holds, fails: fails)
    comparePort(end, .atLeast, pivot, holds: top, fails: lower)
  }

  private mutating func emit(
    _ range: ClosedRange<UInt16>, of end: SocketEnd, within known: ClosedRange<UInt16>, holds: Place, fails: Place
  ) {
    let isOpenBelow = range.lowerBound <= known.lowerBound
    let isOpenAbove = range.upperBound >= known.upperBound
    if isOpenBelow, isOpenAbove {
      jump(to: holds)
    } else if isOpenBelow {
      comparePort(end, .atMost, range.upperBound, holds: holds, fails: fails)
    } else if isOpenAbove {
      comparePort(end, .atLeast, range.lowerBound, holds: holds, fails: fails)
    } else if range.lowerBound == range.upperBound, !refused.contains(.portEquality) {
      operations.insert(.portEquality)
      comparePort(end, .equal, range.lowerBound, holds: holds, fails: fails)
    } else {
      comparePort(end, .atMost, range.upperBound, holds: holds, fails: fails)
      comparePort(end, .atLeast, range.lowerBound, holds: top, fails: fails)
    }
  }

  private enum PortComparison { case equal, atLeast, atMost }

  private mutating func comparePort(
    _ end: SocketEnd, _ comparison: PortComparison, _ port: UInt16, holds: Place, fails: Place
  ) {
    // If neither target follows, a jump leads to one of them. If the target for "fails" follows, the opposite condition
    // saves the jump.
    if fails == top, holds != top {
      switch comparison {
      case .atLeast where port > 0: return comparePort(end, .atMost, port - 1, holds: fails, fails: holds)
      case .atMost where port < .max: return comparePort(end, .atLeast, port + 1, holds: fails, fails: holds)
      default: break
      }
    }
    let code: Opcode =
      switch (comparison, end) {
      case (.equal, .local): .sourcePortEqual
      case (.equal, .remote): .destinationPortEqual
      case (.atLeast, .local): .sourcePortAtLeast
      case (.atMost, .local): .sourcePortAtMost
      case (.atLeast, .remote): .destinationPortAtLeast
      case (.atMost, .remote): .destinationPortAtMost
      }
    // The port is stored in place of the operation's offset for "fails".
    emit(code, [0, 0] + memory(port), holds: holds, fails: fails)
  }

  // MARK: Operations

  private func hostCondition(_ family: AddressFamily, _ prefix: AddressPrefix?) -> [UInt8] {
    // Any port: ports are separate operations, which can be merged and sorted.
    [family.rawValue, UInt8(prefix?.length ?? 0), 0, 0] + memory(UInt32.max)
      + (prefix?.address.bytes ?? [UInt8](repeating: 0, count: family == .inet ? 4 : 16))
  }

  /// Emits an operation with its operand, and a jump after it unless the target for "holds" follows.
  private mutating func emit(_ code: Opcode, _ operand: [UInt8], holds: Place, fails: Place) {
    if holds != top { jump(to: holds) }
    reversed += operand.reversed()
    let length = operand.count + 4
    appendHeader(code, yes: UInt8(length), to: fails, length)
  }

  /// Emits a jump to a place, unless the place follows. Kernel: `INET_DIAG_BC_JMP`, which always takes the branch for
  /// "fails".
  private mutating func jump(to place: Place) {
    if place != top { appendHeader(.jump, yes: 4, to: place, 4) }
  }

  private mutating func appendHeader(_ code: Opcode, yes: UInt8, to place: Place, _ length: Int) {
    // Relative to the start of the operation, of which these four bytes are still missing.
    let distance = top + 4 - place
    if distance > Int(UInt16.max) { isTooLong = true }
    reversed += memory(UInt16(truncatingIfNeeded: distance)).reversed() + [yes, code.rawValue]
  }

  /// The bytes of a number in this host's memory order.
  private func memory(_ value: UInt16) -> [UInt8] {
    let memory = value.littleEndian
    return [UInt8(truncatingIfNeeded: memory), UInt8(truncatingIfNeeded: memory >> 8)]
  }

  private func memory(_ value: UInt32) -> [UInt8] {
    let memory = value.littleEndian
    return (0..<4).map { UInt8(truncatingIfNeeded: memory >> (8 * UInt32($0))) }
  }
}

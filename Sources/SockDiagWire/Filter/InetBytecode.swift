/// A program that the kernel runs on each socket of a dump to decide whether to report it.
///
/// Every operation names two offsets from itself, one to go to if its condition holds and one if not. A socket is
/// reported if the walk lands exactly on the end of the program, and is not if it lands beyond. The offset for "holds" has
/// eight bits, so it only ever leads to the next operation here; long ways go through the other, which has sixteen.
///
/// Kernel: `struct inet_diag_bc_op`, `INET_DIAG_BC_*`, linux/inet_diag.h; `inet_diag_bc_audit`, net/ipv4/inet_diag.c.
public struct InetBytecode: Hashable, Sendable {
  /// The program, as the kernel takes it. Empty if every socket is wanted.
  public private(set) var bytes: [UInt8] = []

  /// Compiles a program that takes sockets whose local and remote port are in the given sets; `nil` means any port.
  ///
  /// Returns `nil` if the program would not fit: the longest jump is 65,535 bytes, about 5,400 single ports. Such a
  /// filter has to be applied to the replies.
  public init?(localPorts: PortSet?, remotePorts: PortSet?) {
    var words: [Word] = []
    if let localPorts { Self.append(localPorts, equal: 11, atLeast: 2, atMost: 3, to: &words) }
    if let remotePorts { Self.append(remotePorts, equal: 12, atLeast: 4, atMost: 5, to: &words) }
    let end = words.count * 4
    guard end + 4 <= UInt16.max else { return nil }
    for (index, word) in words.enumerated() {
      let no: UInt16
      switch word.no {
      case .value(let value): no = value
      case .reject: no = UInt16(end + 4 - index * 4)
      case .word(let target): no = UInt16((target - index) * 4)
      }
      // In memory order, whatever the host's.
      let memory = no.littleEndian
      bytes += [word.code, word.yes, UInt8(truncatingIfNeeded: memory), UInt8(truncatingIfNeeded: memory >> 8)]
    }
  }

  /// Four bytes of a program before its jumps are known.
  private struct Word {
    enum Target {
      case value(UInt16)
      case reject
      case word(Int)
    }
    var code: UInt8
    var yes: UInt8
    var no: Target
  }

  /// The kernel's codes NOP and JMP; the latter always takes the way of "does not hold".
  private static let noOperation: UInt8 = 0
  private static let jump: UInt8 = 1

  /// Appends the test whether a port is in a set: alternatives one after the other, of which the first that holds jumps
  /// behind the last.
  private static func append(_ ports: PortSet, equal: UInt8, atLeast: UInt8, atMost: UInt8, to words: inout [Word]) {
    let sizes = ports.ranges.map { Self.conditions($0, equal: equal, atLeast: atLeast, atMost: atMost).count * 2 }
    // Each alternative but the last ends with a jump.
    let end = words.count + sizes.reduce(0, +) + max(sizes.count - 1, 0)
    for (index, range) in ports.ranges.enumerated() {
      let isLast = index == ports.ranges.count - 1
      let next = words.count + sizes[index] + 1
      for (code, port) in conditions(range, equal: equal, atLeast: atLeast, atMost: atMost) {
        words.append(Word(code: code, yes: 8, no: isLast ? .reject : .word(next)))
        words.append(Word(code: noOperation, yes: 0, no: .value(port)))
      }
      if !isLast { words.append(Word(code: jump, yes: 4, no: .word(end))) }
    }
    // Nothing is in an empty set.
    if ports.ranges.isEmpty { words.append(Word(code: jump, yes: 4, no: .reject)) }
  }

  private static func conditions(
    _ range: ClosedRange<UInt16>, equal: UInt8, atLeast: UInt8, atMost: UInt8
  ) -> [(UInt8, UInt16)] {
    range.lowerBound == range.upperBound
      ? [(equal, range.lowerBound)]
      : [(atLeast, range.lowerBound), (atMost, range.upperBound)]
  }
}

import SockDiagTesting
import SockDiagWire
import Testing

/// Tests of the rules themselves, by programs whose result follows from the kernel's source.
@Suite struct BytecodeInterpreterTests {
  private static func refusal(
    _ program: [UInt8], _ kernel: BytecodeInterpreter.Kernel = BytecodeInterpreter.Kernel()
  ) -> String? {
    do throws(BytecodeInterpreter.Refusal) {
      _ = try BytecodeInterpreter(program, on: kernel)
      return nil
    } catch {
      return error.errno
    }
  }

  /// An IPv4 address condition: S_COND, 16 bytes.
  private static func host(yes: UInt8 = 16, no: UInt8 = 20, family: UInt8 = 2, bits: UInt8 = 32) -> [UInt8] {
    [7, yes, no, 0, family, bits, 0, 0, 0xff, 0xff, 0xff, 0xff, 10, 0, 0, 1]
  }

  static let sound: [[UInt8]] = [
    [0, 4, 0, 0], [1, 4, 4, 0], [6, 4, 8, 0], [2, 8, 12, 0, 0, 0, 80, 0], [12, 8, 12, 0, 0, 0, 80, 0],
    [9, 8, 12, 0, 1, 0, 0, 0], [10, 12, 16, 0, 1, 0, 0, 0, 1, 0, 0, 0], [13, 12, 16, 0, 1, 0, 0, 0, 0, 0, 0, 0],
    host(), host(bits: 0), [8, 12, 16, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
    // A jump to the start of the second operation, and a NOP with an invalid second branch.
    [6, 4, 4, 0, 6, 4, 8, 0], [0, 4, 0xff, 0xff],
    // The branch for "holds" may skip operations, which then need not be valid.
    [6, 8, 12, 0, 99, 0, 0, 0],
  ]

  @Test(arguments: sound) func acceptedProgramsAreThoseOfTheKernel(_ program: [UInt8]) {
    #expect(Self.refusal(program) == nil)
  }

  static let unsound: [[UInt8]] = [
    [], [0, 4, 0], [0, 0, 0, 0], [0, 3, 0, 0], [0, 12, 0, 0], [14, 4, 4, 0],
    // Beyond the end by more than the one rejecting place, or not by whole operations.
    [6, 4, 12, 0], [6, 4, 6, 0], [6, 8, 8, 0],
    // No port, or a branch into it.
    [2, 8, 12, 0], [2, 4, 12, 0, 0, 0, 80, 0], [2, 8, 4, 0, 0, 0, 80, 0],
    // A jump into the operand of the next operation.
    [6, 4, 8, 0, 2, 8, 12, 0, 0, 0, 80, 0],
    [9, 8, 12, 0], [10, 12, 16, 0, 1, 0, 0, 0], [13, 12, 16, 0, 1, 0, 0, 0],
    host(family: 1), host(bits: 33), host(family: 10, bits: 0), host(yes: 12), [7, 12, 16, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    [7, 4, 8, 0],
  ]

  @Test(arguments: unsound) func refusedProgramsAreThoseOfTheKernel(_ program: [UInt8]) {
    #expect(Self.refusal(program) == "EINVAL")
  }

  @Test func marksNeedAPrivilege() {
    let kernel = BytecodeInterpreter.Kernel(hasNetAdmin: false)
    #expect(Self.refusal([10, 12, 16, 0, 1, 0, 0, 0, 1, 0, 0, 0], kernel) == "EPERM")
    // Checked before the operand.
    #expect(Self.refusal([10, 4, 8, 0], kernel) == "EPERM")
    #expect(Self.refusal([9, 8, 12, 0, 1, 0, 0, 0], kernel) == nil)
  }

  @Test func oldKernelRefusesNewerOperations() {
    let kernel = BytecodeInterpreter.Kernel(unknownOperations: [11, 12])
    #expect(Self.refusal([11, 8, 12, 0, 0, 0, 80, 0], kernel) == "EINVAL")
    #expect(Self.refusal([2, 8, 12, 0, 0, 0, 80, 0], kernel) == nil)
  }

  /// Kernel: the comment about mapped addresses in `inet_diag_bc_run`.
  @Test(arguments: [
    ("10.0.0.1", "10.0.0.1", 32, true), ("10.0.0.1", "10.0.0.2", 32, false), ("10.0.0.1", "10.0.0.3", 30, true),
    ("10.0.0.1", "192.0.2.1", 0, true), ("10.0.0.1", "::ffff:10.0.0.1", 32, true), ("10.0.0.1", "::1", 0, false),
    ("10.0.0.1", "::ffff:1.2.3.4", 0, true), ("::", "10.0.0.1", 0, false), ("::", "2001:db8::1", 0, true),
    ("fe80::", "fe80::1", 10, true), ("fe80::", "fec0::1", 10, false), ("::ffff:10.0.0.1", "10.0.0.1", 128, false),
    ("::ffff:10.0.0.0", "::ffff:10.0.0.9", 120, true), ("::ffff:10.0.0.0", "::ffff:10.0.1.9", 120, false),
  ]) func addressesMatchAsInTheKernel(_ condition: String, _ address: String, _ bits: UInt8, _ isMatch: Bool) throws {
    let wanted = try #require(IPAddress(condition))
    let own = try #require(IPAddress(address))
    let length = UInt8(12 + wanted.bytes.count)
    let program = [7, length, length + 4, 0, wanted.family.rawValue, bits, 0, 0, 255, 255, 255, 255] + wanted.bytes
    let entry = KernelEntry(
      family: own.family.rawValue, local: own.bytes, remote: own.bytes, localPort: 80, remotePort: 0, interface: 0,
      mark: 0, isPortLocked: true, cgroup: 0)
    #expect(try BytecodeInterpreter(program).accepts(entry) == isMatch)
  }
}

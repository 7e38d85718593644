/// A program that the kernel runs on each socket of a dump to decide whether to report it.
///
/// Every operation has two relative offsets: one to follow if its condition holds, and one if not. A socket is reported
/// if the walk ends exactly at the end of the program. It is rejected if the walk ends after it.
///
/// Kernel: `struct inet_diag_bc_op`, `INET_DIAG_BC_*`, linux/inet_diag.h; `inet_diag_bc_audit`, `inet_diag_bc_run`,
/// net/ipv4/inet_diag.c.
public struct InetBytecode: Hashable, Sendable {
  /// The program, in the kernel's format. Empty if every socket is wanted.
  public let bytes: [UInt8]

  /// Operations that a kernel may refuse. All other operations are as old as the interface.
  public struct Operations: OptionSet, Hashable, Sendable {
    /// A bit for each kind.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `INET_DIAG_BC_S_EQ`, `INET_DIAG_BC_D_EQ`, since 4.16. Without them a single port is tested as a range.
    public static let portEquality = Operations(rawValue: 1 << 0)
    /// `INET_DIAG_BC_DEV_COND`, since 4.8.
    public static let interface = Operations(rawValue: 1 << 1)
    /// `INET_DIAG_BC_MARK_COND`, since 4.9. Needs CAP_NET_ADMIN.
    public static let mark = Operations(rawValue: 1 << 2)
    /// `INET_DIAG_BC_CGROUP_COND`, since 5.8.
    public static let cgroup = Operations(rawValue: 1 << 3)

    /// Each operation separately.
    package static let kinds: [Operations] = [.portEquality, .interface, .mark, .cgroup]
    /// All of them.
    package static let everything = Operations(kinds)
  }

  /// The operations of the program that a kernel may refuse.
  public let operations: Operations

  /// The empty program.
  init() {
    bytes = []
    operations = []
  }

  /// The smallest program with these operations, to find out whether the kernel accepts them.
  package init(probing operations: Operations) {
    var assembler = BytecodeAssembler(avoiding: [])
    var nodes: [FilterNode] = []
    if operations.contains(.portEquality) { nodes.append(.condition(.ports(.local, [80]))) }
    if operations.contains(.interface) { nodes.append(.condition(.interface(1))) }
    if operations.contains(.mark) { nodes.append(.condition(.mark(1, mask: 1))) }
    if operations.contains(.cgroup) { nodes.append(.condition(.cgroup(1))) }
    assembler.emit(.all(nodes), holds: BytecodeAssembler.accept, fails: BytecodeAssembler.reject)
    bytes = assembler.program ?? []
    self.operations = assembler.operations
  }

  /// Compiles a normalized filter all of whose conditions have operations. `nil` if the program would be too long.
  init?(_ node: FilterNode, avoiding refused: Operations) {
    var assembler = BytecodeAssembler(avoiding: refused)
    assembler.emit(node, holds: BytecodeAssembler.accept, fails: BytecodeAssembler.reject)
    guard let program = assembler.program else { return nil }
    bytes = program
    operations = assembler.operations
  }
}

/// An answer that a ``SimulatedKernel`` gives in place of the usual one.
public enum SimulatedAnswer: Hashable, Sendable {
  /// A refusal: an errno such as `EPERM`, and the kernel's explanation if it sends one.
  case error(Int32, explanation: String? = nil)
  /// The kernel has no handler for the protocol. A dump ends with `ENOENT`, as it does on Linux.
  case missingHandler
  /// The usual answer, marked as one during which the table changed. Kernel: `NLM_F_DUMP_INTR`.
  case interrupted
  /// The usual answer, after the kernel dropped messages. Kernel: `ENOBUFS`.
  case overrun
  /// The usual answer without the message that ends a dump.
  case unfinished
  /// The usual answer without its first sockets: a table that changes during a walk may hide some, without any sign.
  case lacking(Int)
  /// A message that is too short. A dump goes on with the usual answer.
  case malformed
  /// No answer at all.
  case nothing
}

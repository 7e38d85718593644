extension MissingHolder.Reasons: CustomStringConvertible {
  private static let words: [(reason: MissingHolder.Reasons, name: String, clause: String)] = [
    (.noProcess, "no-process", "the kernel has it alone"),
    (.unreadableProcess, "unreadable-process", "processes of other users may not be read"),
    (.hiddenProcess, "hidden-process", "proc hides processes of other users"),
    (.kernel, "kernel", "the kernel itself may hold it"),
    (.inFlight, "in-flight", "its descriptor may be on its way through a UNIX socket"),
    (.anotherPIDNamespace, "another-pid-namespace", "its process may be outside of this PID namespace"),
    (.fixedFile, "io-uring-file", "an io_uring may hold it"),
    (.unreadableThread, "unreadable-thread", "a thread could not be read"),
    (.closedMeanwhile, "closed-meanwhile", "it may have been closed while it was looked for"),
    (.notSearchedAnew, "not-searched-anew", ""),
  ]

  /// The reasons as clauses: `the kernel itself may hold it, or an io_uring may hold it`.
  public var description: String {
    let clauses = Self.words.filter { contains($0.reason) && !$0.clause.isEmpty }.map(\.clause)
    guard let last = clauses.last, clauses.count > 1 else { return clauses.first ?? "it has just ended" }
    return clauses.dropLast().joined(separator: ", ") + ", or " + last
  }

  /// The names in documents.
  package var names: [String] { Self.names.filter { contains($0.reason) }.map(\.name) }

  /// In the order of the bits.
  private static let names = words.sorted { $0.reason.rawValue < $1.reason.rawValue }

  /// Whether certainly no process could use the socket: the only possible reasons are that the kernel has it, or that its
  /// descriptor waits to be received.
  package var excludesProcesses: Bool { isSubset(of: [.noProcess, .kernel, .inFlight, .closedMeanwhile]) }

  /// Whether a user with more privileges may see more.
  package var takesPrivilege: Bool { !isDisjoint(with: [.unreadableProcess, .hiddenProcess, .unreadableThread]) }
}

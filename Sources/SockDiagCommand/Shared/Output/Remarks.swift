internal import ArgumentParser
internal import Glibc
internal import SockDiag

/// What is to be said on standard error when all that there is has been shown.
struct Remarks {
  private var sentences: [String] = []
  private(set) var status = ExitStatus.success

  /// Adds a sentence. The first status that is not success stays.
  mutating func add(_ sentence: String, _ status: ExitStatus = .success) {
    if !sentences.contains(sentence) { sentences.append(sentence) }
    if self.status == .success { self.status = status }
  }

  /// Adds a status that what is shown explains.
  mutating func add(status: ExitStatus) {
    if self.status == .success { self.status = status }
  }

  /// Adds what somebody else has to say.
  mutating func add(_ others: Remarks) {
    for sentence in others.sentences { add(sentence) }
    if status == .success { status = others.status }
  }

  /// Adds what a reader has to know about a dump of TCP or UDP sockets: that it is not whole, or not from the kernel's best
  /// source.
  ///
  /// - Parameter substitution: Why `/proc/net` was read; `nil` if it was not.
  mutating func note(
    _ transport: TransportProtocol, _ completeness: Completeness, _ substitution: SockDiagError? = nil
  ) {
    note("\(transport)", completeness.subtracting(.missingStates))
    if let substitution { add(substitution.remarkOnSubstitution(for: transport)) }
    // The sentence above says what is missing.
    if completeness.contains(.missingStates) { add(status: .partial) }
  }

  /// Adds what a reader has to know about a dump: that it is not whole.
  ///
  /// - Parameter name: The family or the protocol of the sockets.
  mutating func note(_ name: String, _ completeness: Completeness) {
    if completeness.contains(.undecided) {
      add(
        "some \(name) sockets are left out, for nothing tells here what the filter asks about; root is told more, "
          + "marks for one", .partial)
    }
    let defects = completeness.subtracting(.undecided)
    if !defects.isComplete {
      add("the list of \(name) sockets is \(defects); run it again for a whole one", .partial)
    }
  }

  /// Says what has to be known before all is shown, and says it only once.
  mutating func say() {
    for sentence in sentences { Diagnostics.report(sentence) }
    sentences.removeAll()
  }

  /// Adds that holders are not to be seen.
  mutating func note(undecided: Int, hidden: Int) {
    if undecided > 0 {
      let sockets = undecided == 1 ? "1 socket is left out, for its" : "\(undecided) sockets are left out, for their"
      add("\(sockets) process is hidden from this user; \(Self.cureForHiddenProcesses)")
    }
    if hidden > 0 {
      let holders = hidden == 1 ? "1 socket hides its process" : "\(hidden) sockets hide their processes"
      add("\(holders) from this user; \(Self.cureForHiddenProcesses)")
    }
  }

  private static var cureForHiddenProcesses: String {
    geteuid() == 0 ? "root needs CAP_SYS_PTRACE to see them, and the host's /proc" : "run it as root to see them"
  }

  /// Says it, and ends the command with the status.
  func end() throws {
    for sentence in sentences { Diagnostics.report(sentence) }
    if status != .success { throw ExitCode(status.rawValue) }
  }
}

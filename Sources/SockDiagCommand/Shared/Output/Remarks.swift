internal import ArgumentParser
internal import Glibc
internal import SockDiag
internal import SockDiagWire

/// Sentences for standard error after the output, and the exit status.
struct Remarks {
  private(set) var sentences: [String] = []
  private(set) var status = ExitStatus.success

  /// Adds a sentence. The first status other than success stays.
  mutating func add(_ sentence: String, _ status: ExitStatus = .success) {
    if !sentences.contains(sentence) { sentences.append(sentence) }
    if self.status == .success { self.status = status }
  }

  /// Adds a status that the output explains.
  mutating func add(status: ExitStatus) {
    if self.status == .success { self.status = status }
  }

  /// Sets a status that matters more than those so far.
  mutating func prefer(_ status: ExitStatus) { self.status = status }

  /// Merges another set of remarks.
  mutating func add(_ others: Remarks) {
    for sentence in others.sentences { add(sentence) }
    if status == .success { status = others.status }
  }

  /// Adds remarks about a dump of TCP or UDP sockets that is incomplete or does not come from sock_diag.
  ///
  /// - Parameters:
  ///   - filter: The filter, some of whose conditions may be undecided.
  ///   - substitution: The reason why `/proc/net` was read; `nil` if it was not.
  mutating func note(
    _ transport: TransportProtocol, _ defects: DumpDefects, matching filter: SocketFilter = .everything,
    _ substitution: SockDiagError? = nil
  ) {
    let lack: String? =
      filter.namesMarks ? "the kernel reports marks only to root and readers with CAP_NET_ADMIN" : nil
    note("\(transport)", defects.subtracting(.missingStates), isFromProcNet: substitution != nil, lack: lack)
    // Of namespaces that may not be entered there is one sentence for all.
    if let substitution, substitution.code != .namespaceForbidden {
      add(substitution.remarkOnSubstitution(for: transport))
    }
    // The sentence above names the missing states.
    if defects.contains(.missingStates) { add(status: .partial) }
  }

  /// Adds remarks about a dump that is incomplete.
  ///
  /// - Parameters:
  ///   - name: The family or the protocol of the sockets.
  ///   - isFromProcNet: Whether the list comes from `/proc/net`.
  ///   - lack: Why sock_diag may not report what the filter asks about; `nil` if only an old kernel can be the reason.
  mutating func note(_ name: String, _ defects: DumpDefects, isFromProcNet: Bool, lack: String?) {
    if defects.contains(.undecided) {
      let reason =
        isFromProcNet
        ? "/proc/net does not contain what the filter asks about"
        : lack ?? "this kernel does not report what the filter asks about"
      add("some \(name) sockets are left out, because \(reason)", .partial)
    }
    let listed = defects.subtracting(.undecided)
    if !listed.isComplete {
      add("the list of \(name) sockets is \(listed); run it again for a whole one", .partial)
    }
  }

  /// Adds that the kernel cannot list some kinds of sockets.
  ///
  /// - Parameter areNamed: Whether the user asked for each of them. Otherwise they belong to a group such as `all`.
  mutating func note(withoutHandler names: [String], areNamed: Bool) {
    guard !names.isEmpty else { return }
    add(
      "this kernel has no sock_diag handler for \(names.joined(separator: ", ")); 'sockdiag capabilities' says which"
        + " module has it", areNamed ? .partial : .success)
  }

  /// Reports the sentences so far, before the end, and removes them.
  mutating func say() {
    for sentence in sentences { Diagnostics.report(sentence) }
    sentences.removeAll()
  }

  /// Reports the sentences so far that were not reported before, and removes them: of a run of many looks each sentence is
  /// said once.
  mutating func sayNew(_ said: inout Set<String>) {
    for sentence in sentences where said.insert(sentence).inserted { Diagnostics.report(sentence) }
    sentences.removeAll()
  }

  /// Adds that processes are hidden.
  mutating func note(undecided: Int, hidden: Int) {
    if undecided > 0 {
      let sockets = undecided.counted("socket is left out, because its", "sockets are left out, because their")
      add("\(sockets) process is hidden from this user; \(Self.cureForHiddenProcesses)")
    }
    if hidden > 0 {
      let holders = hidden.counted("socket has a process that is", "sockets have processes that are")
      add("\(holders) hidden from this user; \(Self.cureForHiddenProcesses)")
    }
  }

  /// What to do about hidden processes.
  static var cureForHiddenProcesses: String {
    geteuid() == 0 ? "root needs CAP_SYS_PTRACE to see them, and the host's /proc" : "run it as root to see them"
  }

  /// Reports the sentences, and ends the command with the status.
  func end() throws {
    for sentence in sentences { Diagnostics.report(sentence) }
    if status != .success { throw ExitCode(status.rawValue) }
  }
}

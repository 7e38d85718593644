internal import ArgumentParser
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

  /// Adds what somebody else has to say.
  mutating func add(_ others: Remarks) {
    for sentence in others.sentences { add(sentence) }
    if status == .success { status = others.status }
  }

  /// Adds what a reader has to know about a dump: that it is not whole, or not from the kernel's best source.
  mutating func note(_ transport: TransportProtocol, _ completeness: Completeness, _ source: SocketSource) {
    if completeness.contains(.undecided) {
      add(
        "some \(transport) sockets are left out, for nothing tells here what the filter asks about; root is told more, "
          + "marks for one", .partial)
    }
    let defects = completeness.subtracting(.undecided)
    if !defects.isComplete {
      add("the list of \(transport) sockets is \(defects); run it again for a whole one", .partial)
    }
    if source == .procNet {
      add(
        "the kernel has no sock_diag handler for \(transport), so /proc/net was read, which tells less;"
          + " load the module \(transport)_diag for the rest")
    }
  }

  /// Says what has to be known before all is shown, and says it only once.
  mutating func say() {
    for sentence in sentences { Diagnostics.report(sentence) }
    sentences.removeAll()
  }

  /// Says it, and ends the command with the status.
  func end() throws {
    for sentence in sentences { Diagnostics.report(sentence) }
    if status != .success { throw ExitCode(status.rawValue) }
  }
}

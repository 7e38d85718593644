internal import SockDiag
internal import SockDiagWire

extension Diagnosis: CustomStringConvertible {
  /// The summary.
  public var description: String { summary }

  /// One sentence without a full stop: the address, the verdict, and the process that has the port: `127.0.0.1:8080/tcp is
  /// in use by nginx (pid 80, root)`. Several addresses have a summary too: `[Diagnosis].summary`.
  public var summary: String { Headline.text([[self]]) }

  /// The verdict with the answer of the kernel, for diagnoses that have the same answer for several addresses; empty if
  /// there are none.
  package static func verdictSentence(of group: [Diagnosis]) -> String {
    guard let first = group.first else { return "" }
    return "\(first.transportName) \(Phrase.list(group.map { "\($0.request.local)" })): \(first.answer)"
  }

  /// The whole diagnosis as sentences to print, one a line: the verdict, the sockets with their holders, why they block, when
  /// the port becomes free, what helps, what does not, and what was not seen.
  public var lines: [String] {
    var lines = [Self.verdictSentence(of: [self])]
    for rule in redirections?.rules ?? [] { lines.append("A rule sends what arrives for the port elsewhere. \(rule)") }
    for group in Self.groups(sockets) {
      guard let socket = group.first else { continue }
      let count = group.count > 1 ? "\(group.count) × " : ""
      lines.append(
        "\(Self.word(socket.effect)): \(count)\(group.count > 1 ? socket.text(showsPeer: false) : "\(socket)").")
      lines += reasons(for: socket)
    }
    lines += releaseSentences
    lines += remedies.map { "This helps: \($0.sentence(in: self))" }
    lines += refusedBy.map { "This may refuse it: \(restraints.explanation(of: $0))" }
    if verdict != .free { lines += misbeliefs.map { "This does not help: \($0)" } }
    lines += elsewhere.map { "Same port in another network namespace (no conflict): \($0)." }
    return lines + checkedSentences().map { "Checked: \($0)" } + unseenSentences
  }

  private static func word(_ effect: SocketEffect?) -> String {
    switch effect {
    case .blocks?: "Blocks"
    case .depends?: "May block"
    case .harmless?: "Does not block"
    case nil: "On the port"
    }
  }

  /// The answer without the address.
  package var answer: String {
    switch (verdict, probe) {
    case (.free, .succeeded?): return "free. A real bind() succeeded."
    case (.free, _):
      if let freePorts, freePorts > 0 { return "free. \(freePorts.counted("port")) can be chosen." }
      return request.protocol == .tcp ? "free. bind() and listen() succeed." : "free. bind() succeeds."
    case (.conflict, .failed?):
      return "in use. A real bind() failed with EADDRINUSE (\(BindErrno.addressInUse.message))."
    case (.conflict, _):
      let listens = prediction.bind == .succeeds
      let call = !listens ? "bind()" : request.callsBind ? "bind() takes no port, and listen()" : "listen()"
      let cause = freePorts == nil ? "in use." : "no port is left to choose from."
      return "\(cause) \(call) fails with EADDRINUSE (\(BindErrno.addressInUse.message))."
    case (.depends, _): return "unknown. It depends on \(dependence), which cannot be seen from here."
    case (.error(let error), _):
      return "bind() fails with \(error) (\(error.message)): \(cause(of: error))."
    }
  }

  /// The unknown facts on which the answer depends, as a part of a sentence.
  package var dependence: String { Phrase.list(prediction.unknowns.phrases + openQuestions.phrases) }

  /// The names in documents of the unknown facts on which the answer depends.
  package var dependsOn: [String] { prediction.unknowns.names + openQuestions.names }
}

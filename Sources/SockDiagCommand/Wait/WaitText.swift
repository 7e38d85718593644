internal import BindDiagnosis
internal import PortControl
internal import SockDiag
internal import SockDiagWire

/// The sentences of a wait, in the words of `why`.
enum WaitText {
  /// The obstacle in a few words.
  static func obstacle(_ obstacle: WaitObstacle) -> String {
    obstacle.diagnoses.map(BlockerText.first) ?? "\(obstacle)"
  }

  // MARK: Free

  /// That the answer depends on unknown facts; `nil` unless that is all that prevents the goal.
  static func dependence(_ obstacle: WaitObstacle, probes: Bool) -> String? {
    obstacle.diagnoses.flatMap(unknowns).map {
      "whether it is free depends on \($0), so the wait goes on; "
        + (probes ? "no bind() could be tried" : "with --probe a bind() decides")
    }
  }

  private static func unknowns(_ diagnoses: [Diagnosis]) -> String? {
    guard !diagnoses.contains(where: { $0.verdict == .conflict }) else { return nil }
    return diagnoses.first { $0.verdict == .depends }.map(\.dependence)
  }

  /// That the time is up before the port is free.
  ///
  /// - Parameters:
  ///   - ports: The ports that are not free.
  ///   - limit: How long it waited; 0 for a single look.
  ///   - expected: When timers will have removed all that blocks, if nothing else does.
  ///   - probes: Whether each look made a real bind().
  ///   - hint: The command that says more.
  static func notFree(
    _ ports: PortArguments, _ diagnoses: [Diagnosis], after limit: Duration, expected: Duration?, probes: Bool,
    hint: String
  ) -> String {
    let title = "\(ports.fullDescription) \(ports.verb)"
    let (time, still) = limit == .zero ? ("", "") : (time(limit), "still ")
    if diagnoses.contains(where: \.isPassing) {
      return
        "\(ports.fullDescription) cannot be bound yet\(time): \(BlockerText.first(of: diagnoses)); '\(hint)' says what helps"
    }
    if let unknowns = unknowns(diagnoses) {
      let suggestion = probes ? "no bind() could be tried; '\(hint)' says more" : "with --probe a bind() decides"
      return "\(title) perhaps \(still)in use\(time): that depends on \(unknowns); \(suggestion)"
    }
    let end = expected.flatMap { $0 > .zero ? ", which goes in \($0.words)" : nil } ?? ""
    return "\(title) \(still)in use\(time): \(BlockerText.first(of: diagnoses))\(end); '\(hint)' says what helps"
  }

  /// That bind() fails with an error that no waiting changes.
  static func failure(_ error: PortControlError, hint: String) -> CommandFailure {
    CommandFailure(.otherError, "\(error); '\(hint)' says what helps")
  }

  // MARK: Listening

  /// Which process listens on each port. One search finds the processes of all.
  static func listens(_ ports: [(selection: PortArguments, listener: InetSocket?)]) -> [String] {
    let book = try? HolderBook(ports.compactMap(\.listener))
    return ports.map { listens($0.selection, $0.listener, book) }
  }

  private static func listens(_ port: PortArguments, _ first: InetSocket?, _ book: HolderBook?) -> String {
    guard let first else { return "something listens on \(port.fullDescription)" }
    var holders: [UInt8] = []
    if let book { holders.append(book.list(of: first)) }
    // A table shows a mark in place of a hidden process.
    let isHidden = holders.isEmpty || holders == [UInt8(ascii: "?")]
    // In a cell a name has no blanks, so they are between processes.
    let names = String(decoding: holders, as: UTF8.self).split(separator: " ")
    let name = isHidden ? "a process of another user" : names.joined(separator: " and ")
    return "\(name) \(isHidden || names.count == 1 ? "listens" : "listen") on \(EndpointText.local(first))"
  }

  /// That the time is up before something listens.
  static func notListening(_ ports: PortArguments, _ obstacle: WaitObstacle?, after limit: Duration) -> String {
    var sentence = "nothing listens on \(ports.fullDescription)\(limit == .zero ? "" : time(limit))"
    if let obstacle, obstacle.otherSockets?.isEmpty != true { sentence += "; \(self.obstacle(obstacle))" }
    return sentence
  }

  private static func time(_ limit: Duration) -> String { " after \(DurationArgument.spelt(limit))" }
}

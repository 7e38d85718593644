internal import BindDiagnosis
internal import SockDiagWire
internal import SocketOwners

extension DiagnosisText {
  /// Appends the whole reasoning about the name of a UNIX socket.
  mutating func append(_ diagnosis: UnixDiagnosis) {
    prose.append(UnixAnswer(diagnosis: diagnosis, context: context, terminal: prose.terminal).headText())
    heading("Answers")
    line("bind(): \(Self.words(diagnosis.bind)); \(diagnosis.connectClause).")
    sockets(diagnosis)
    let remedies = diagnosis.remedies.map { UnixRemedyText($0, diagnosis, namespace: namespace) }
    if !remedies.isEmpty { heading("Helps") }
    for remedy in remedies {
      line(remedy.sentence)
      for text in remedy.commands { command(text) }
    }
    if !diagnosis.misbeliefs.isEmpty { heading("These will not help here") }
    for misbelief in diagnosis.misbeliefs { line("\(misbelief)") }
    heading("Checked")
    for sentence in diagnosis.scope { line(sentence) }
  }

  /// Appends the short answer about the name of a UNIX socket.
  mutating func appendShort(_ diagnosis: UnixDiagnosis) {
    prose.append(UnixAnswer(diagnosis: diagnosis, context: context, terminal: prose.terminal).text())
  }

  private mutating func sockets(_ diagnosis: UnixDiagnosis) {
    if diagnosis.sockets.isEmpty { return }
    heading("Sockets")
    // Many clients may be connected.
    for entry in diagnosis.sockets.prefix(12) {
      let holders = entry.processes.prefix(4).map(\.words).joined(separator: ", ")
      let holder = holders.isEmpty ? "" : "  \(holders)"
      line("\(entry.socket.type) \(entry.socket.state)  \(entry.roleText)\(holder)")
    }
    if diagnosis.sockets.count > 12 { line("and \(diagnosis.sockets.count - 12) more") }
  }

  private static func words(_ outcome: UnixOutcome) -> String {
    switch outcome {
    case .succeeds: "it succeeds"
    case .fails(let error): "it fails with \(error) (\(error.message))"
    case .unknown: "it cannot be told"
    }
  }
}

extension DiagnosedUnixSocket {
  /// What the socket has to do with the name.
  fileprivate var roleText: String {
    switch role {
    case .server: namespace == nil ? "has the name" : "has the name, in another network namespace"
    case .accepted: "was accepted by a listener of the name"
    case .sameName: "was bound to the path, but not to the file that is there"
    case .elsewhere: namespace == nil ? "has the name for its type alone" : "has the name in another network namespace"
    }
  }
}

extension UnixDiagnosis {
  /// What was checked, and what was not.
  fileprivate var scope: [String] {
    let place = request.name.isAbstract ? "this network namespace, to which the name belongs" : "this network namespace"
    var scope = ["UNIX sockets of \(place)."]
    guard !request.name.isAbstract else { return scope }
    if let facts {
      scope.append(
        "The path and its permissions, with the rights of \(request.uid.map { "user \(UserName.text($0))" } ?? "this user")."
      )
      switch facts.contact {
      case .unknown: break
      case .nothing, .datagram, .connectedDatagram, .otherKind, .refused:
        scope.append("The socket behind the file, by a connect() of a datagram socket, which no server notices.")
      }
    }
    scope.append("Not checked: free space, quotas, and rules of security modules about files.")
    return scope
  }
}

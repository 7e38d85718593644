internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

extension ShortAnswer {
  /// The lines below the verdict: the process, both answers where SO_REUSEADDR decides, and what else to know.
  var details: [Part] {
    let holders = PortHolders(diagnosis)
    return (process(holders) + alternatives + notes(holders)).map {
      Part(content: .detail($0.text), weight: $0.weight)
    }
  }

  private typealias Detail = (text: String, weight: Int)

  // MARK: The process

  private func process(_ holders: PortHolders) -> [Detail] {
    guard let leader = holders.leader else { return [] }
    return ProcessLines.of(leader, diagnosis.origins[leader.process.pid], width: terminal.width)
  }

  // MARK: SO_REUSEADDR

  /// What the same bind() answers without and with SO_REUSEADDR, if these differ.
  private var alternatives: [Detail] {
    guard let without = diagnosis.alternative(withReuseAddress: false),
      let with = diagnosis.alternative(withReuseAddress: true), without.verdict != with.verdict
    else { return [] }
    // A real bind() knows better than the rule, for the option that was asked for.
    let asksWith = diagnosis.request.options.contains(.reuseAddress)
    let isTCP = diagnosis.request.protocol == .tcp
    let answers = (asksWith ? without : diagnosis, asksWith ? diagnosis : with)
    if answers.0.verdict == answers.1.verdict { return [] }
    return [
      ("without SO_REUSEADDR\(isTCP ? ", as in plain C" : ""): \(outcome(answers.0))", 0),
      ("with it\(isTCP ? ", as in Go, Node, nginx, Java" : ""): \(outcome(answers.1))", 0),
    ]
  }

  private func outcome(_ answer: Diagnosis) -> String {
    let isTCP = answer.request.protocol == .tcp
    switch answer.verdict {
    case .free: return isTCP ? "bind() and listen() succeed" : "bind() succeeds"
    case .conflict where answer.prediction.bind == .succeeds: return "bind() succeeds, but listen() fails"
    case .conflict:
      guard let rest = answer.freeIn else { return "bind() fails" }
      // The first line names the time, unless it says that the port is free.
      return diagnosis.verdict == .free ? "bind() fails for \(rest.words) more" : "bind() fails until then"
    case .error(let error): return "bind() fails with \(error)"
    case .depends:
      let onlyOption = answer.prediction.unknowns == .reuseAddress && answer.openQuestions.isEmpty
      let isRestart = answer.blockers.allSatisfy { $0.use == .timeWait }
      return onlyOption
        ? "succeeds if the \(isRestart ? "old server" : "other side") had it too" : "depends on \(answer.dependence)"
    }
  }

  // MARK: Notes

  private func notes(_ holders: PortHolders) -> [Detail] {
    var notes: [Detail] = []
    for descriptor in Set(diagnosis.blockers.compactMap(diagnosis.ownDescriptor)).sorted().prefix(1) {
      notes.append(("the program that asks has the port already, as fd \(descriptor)", 1))
    }
    if holders.use == .listener, Set(holders.processes.map(\.command)).count > 1, holders.sockets.count == 1 {
      notes.append(("they share one socket: the port is free when all of them have closed it", 1))
    }
    if let besides = besides(holders) { notes.append((besides, 2)) }
    if diagnosis.verdict == .free, let first = diagnosis.sockets.first {
      let rest = Diagnosis.groups(diagnosis.sockets).count - 1
      let more = rest > 0 ? ", and \(rest) more" : ""
      let isShared = first.effect == .harmless(.sharesReusePort) || first.effect == .harmless(.sharesReuseAddress)
      notes.append(
        ("\(isShared ? "shared with" : "also on the port, but harmless"): \(BlockerText.socket(first))\(more)", 2))
    }
    if let rule = diagnosis.redirections?.rules?.first {
      notes.append(("what arrives for the port goes elsewhere. \(rule)", 1))
    }
    // Somebody who finds the port in use looks no further. Where it is free, a container may be what was meant.
    if diagnosis.verdict == .free, let listener = diagnosis.elsewhere.first {
      let rest = diagnosis.elsewhere.count - 1
      let holder = listener.holderText ?? listener.kind
      let more = rest > 0 ? " and \(rest) more" : ""
      notes.append(("same port in another network namespace, no conflict: \(holder)\(more)", 6))
    }
    return notes
  }

  /// Blockers of other kinds than those of the first line.
  private func besides(_ holders: PortHolders) -> String? {
    var kinds: [PortUse: [DiagnosedSocket]] = [:]
    var order: [PortUse] = []
    for blocker in diagnosis.blockers where blocker.use != holders.use {
      if kinds[blocker.use] == nil { order.append(blocker.use) }
      kinds[blocker.use, default: []].append(blocker)
    }
    guard !order.isEmpty else { return nil }
    let words = order.compactMap { kinds[$0] }.map { sockets in
      sockets.count.counted(sockets.first.map { "\($0.use)" } ?? "", sockets.first.map { $0.use.plural })
    }
    let left = diagnosis.blockers.compactMap { if case .after(let rest) = $0.release { rest } else { nil } }.max()
    return "also in the way: \(Phrase.list(words))" + (left.map { " (the last for \($0.words))" } ?? "")
  }
}

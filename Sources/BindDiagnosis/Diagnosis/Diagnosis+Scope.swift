internal import Glibc
internal import SockDiag
internal import SockDiagWire

extension Diagnosis {
  /// Sentences that say what the answer is based on, and what was not seen.
  ///
  /// - Parameter place: The network namespace, as a reader knows it.
  package func scopeSentences(in place: String = "this network namespace") -> [String] {
    checkedSentences(in: place) + unseenSentences
  }

  /// Sentences that say what the answer is based on.
  func checkedSentences(in place: String = "this network namespace") -> [String] {
    let settings = blindSpots.contains(.settings) ? "" : "; kernel settings"
    var sentences = ["\(transportName) sockets of both families in all states, in \(place)\(settings)."]
    if let substitution { sentences.append(substitution.remarkOnSubstitution(for: request.protocol) + ".") }
    if verdict == .free, probe != .succeeded, !restraints.selective.isEmpty {
      let names = Phrase.list(restraints.selective.map { "\($0)" }, "or")
      sentences.append("No rule refuses this bind() to this process. Another program may be refused by \(names).")
    }
    sentences += optionSentences
    if case .impossible(let error)? = probe { sentences.append("A real bind() was not possible: \(error).") }
    return sentences
  }

  /// Sentences that say what was not seen, and what the prediction leaves out.
  var unseenSentences: [String] {
    var caveats = prediction.caveats
    if verdict == .free { caveats.remove(.bucketMemory) }
    return unseen.sentences(forRoot: geteuid() == 0) + caveats.sentences
  }

  /// Where the options of the sockets are known from.
  private var optionSentences: [String] {
    let read = sockets.count { $0.optionsSource == .read }
    let inferred = sockets.count { $0.optionsSource == .inferred }
    return [
      read == 0 ? nil : "Socket options of \(read.counted("socket")), read from the processes that hold them.",
      inferred == 0
        ? nil : "SO_REUSEPORT of \(inferred.counted("listener")): they could not share the port without it.",
    ].compactMap(\.self)
  }

  /// The blind spots that are worth a sentence.
  private var unseen: BlindSpots {
    // The sentence on kernel settings covers these two.
    var unseen = blindSpots.subtracting([.privilege, .portRange])
    // The sentence on /proc/net names what it lacks.
    if substitution != nil { unseen.subtract([.boundSockets, .otherNamespaces]) }
    if verdict != .free || probe == .succeeded { unseen.remove(.cgroupPrograms) }
    return unseen
  }

  var transportName: String { request.protocol == .udp ? "UDP" : "TCP" }
}

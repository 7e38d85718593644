internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

extension Diagnosis {
  /// Sentences that say when the port becomes free; empty unless sockets block it.
  package var releaseSentences: [String] {
    guard verdict == .conflict || verdict == .depends, !blockers.isEmpty else { return [] }
    if let freeIn {
      return ["The port becomes free in \(freeIn.words), when the last closed connection expires."]
    }
    let releases = blockers.map(\.release)
    var sentences: [String] = []
    if releases.contains(.whenClosed) { sentences.append(releaseByProcesses) }
    if releases.contains(.whenPeerAnswers) {
      sentences.append("A closed connection stays until the peer answers or the kernel gives up, which takes minutes.")
    }
    for case .afterOrLater(let rest) in releases.prefix(1) {
      let time = rest.words
      sentences.append("A closed connection stays for \(time), or 60 s after the peer closes if it closes before that.")
    }
    let left = blockers.compactMap { if case .after(let rest) = $0.release { rest } else { nil } }
    if let longest = left.max() {
      sentences.append("Connections in time-wait expire by themselves, the last in \(longest.words).")
    }
    return sentences
  }

  private var releaseByProcesses: String {
    let programs = Set(blockers.flatMap(\.programs)).sorted()
    if programs.isEmpty, isHeldByKernel {
      return "The port stays in use until the socket is closed. No process was found that could close it."
    }
    let names = programs.isEmpty ? "the process that holds it" : Phrase.list(programs)
    return
      "The port stays in use as long as \(names) \(programs.count > 1 ? "keep" : "keeps") it open. Nothing else frees"
      + " it."
  }

  /// Whether no process was found that could close what blocks, though nothing is hidden from this user: the kernel itself
  /// may have the socket.
  package var isHeldByKernel: Bool {
    blockers.allSatisfy(\.processes.isEmpty)
      && blockers.contains { $0.release == .whenClosed && $0.holdersMissing?.takesPrivilege == false }
  }
}

internal import BindDiagnosis
internal import SockDiag

/// The sockets that block a port, in words.
enum BlockerText {
  /// The first socket that blocks, and the number of the others.
  static func first(of diagnoses: [Diagnosis]) -> String {
    if let diagnosis = diagnoses.first(where: \.isPassing) {
      return diagnosis.cause(of: .addressNotAvailable)
    }
    let blockers = diagnoses.distinctBlockers
    guard let first = blockers.first else { return "nothing that can be seen is in the way" }
    let text = socket(first)
    return blockers.count == 1 ? text : "\(text), and \(blockers.count - 1) more"
  }

  /// A socket, or several that differ only in their peers: the kind, the addresses as in tables, and the processes.
  ///
  /// - Parameter separator: The text between the three.
  static func socket(_ socket: DiagnosedSocket, count: Int = 1, separator: String = " ") -> String {
    let record = socket.socket
    let hasPeer = count == 1 && record.remote.port != 0
    let peer = hasPeer ? " → \(EndpointText.remote(record))" : ""
    let kind = count == 1 ? socket.kind : "\(count) × \(socket.kind)"
    let parts = [kind, EndpointText.local(record) + peer, socket.holdersText]
    return parts.filter { !$0.isEmpty }.joined(separator: separator)
  }
}

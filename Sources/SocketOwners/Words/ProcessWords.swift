/// Processes in sentences.
package enum ProcessWords {
  /// A process with its id and its user: `nginx (pid 80, root)`; without the user if that is unknown.
  ///
  /// The name may contain any bytes: write the text where control characters become visible.
  package static func text(_ command: some Sequence<UInt8>, pid: Int32, uid: UInt32?) -> String {
    let user = uid.map { ", \(UserName.text($0))" } ?? ""
    return "\(String(decoding: Array(command), as: UTF8.self)) (pid \(pid)\(user))"
  }

  /// A process in a list of processes: `nginx (80)`.
  package static func short(_ command: some Sequence<UInt8>, pid: Int32) -> String {
    "\(String(decoding: Array(command), as: UTF8.self)) (\(pid))"
  }
}

extension ProcessDetails {
  /// The process with its id and its user: `nginx (pid 80, root)`.
  package var words: String { ProcessWords.text(command, pid: process.pid, uid: uid) }

  /// The process in a list of processes: `nginx (80)`.
  package var shortWords: String { ProcessWords.short(command, pid: process.pid) }

  /// The name of the process as text.
  package var name: String { String(decoding: command, as: UTF8.self) }
}

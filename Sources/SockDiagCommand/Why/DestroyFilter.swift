internal import BindDiagnosis
internal import SockDiag

/// The filter for `destroy` that takes what no process holds and is in the way.
///
/// States alone do not tell a connection that its process has closed from one that it has only shut down for writing, so
/// that a filter of them would take both.
struct DestroyFilter {
  private let diagnosis: Diagnosis

  init(_ diagnosis: Diagnosis) { self.diagnosis = diagnosis }

  var text: String {
    let meant = diagnosis.blockers.filter(\.isLeftBehind).map(\.socket)
    let states = Set(meant.map(\.state))
    let words = states.map { "state \($0)" }.sorted()
    var conditions = ["sport = :\(diagnosis.request.local.port)"]
    conditions.append(Self.any(words))
    // Nothing in time-wait has a process, and a filter of states is one that the kernel applies.
    if states != [.timeWait] { conditions.append("inode = 0") }
    let wide = conditions.joined(separator: " and ")
    if takes(wide, only: Set(meant)) { return wide }
    let hosts = Set(meant.map { PortPlace.host($0.local.address) })
    conditions.append(Self.any(hosts.sorted().map { "src \($0)" }))
    return conditions.joined(separator: " and ")
  }

  private static func any(_ words: [String]) -> String {
    words.count == 1 ? words.joined() : "(\(words.joined(separator: " or ")))"
  }

  private func takes(_ text: String, only meant: Set<InetSocket>) -> Bool {
    guard let filter = try? SocketFilter(text) else { return false }
    return diagnosis.sockets.allSatisfy { filter.evaluate($0.socket) == false || meant.contains($0.socket) }
  }
}

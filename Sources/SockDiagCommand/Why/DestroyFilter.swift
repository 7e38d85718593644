internal import BindDiagnosis
internal import SockDiag

/// The filter for `destroy` that matches the blocking sockets without a process.
///
/// States alone are not enough: a connection that its process has closed can have the same state as one that its process
/// has only shut down for writing.
struct DestroyFilter {
  private let diagnosis: Diagnosis

  init(_ diagnosis: Diagnosis) { self.diagnosis = diagnosis }

  /// The filter. It matches by port and state, and by address only if other sockets would match too.
  var filter: SocketFilter {
    let meant = diagnosis.destroyableBlockers.map(\.socket)
    let states = Set(meant.map(\.state))
    var filter = FilterPort.localPort == diagnosis.request.local.port
    if let anyState = Self.any(states.map { .state(SocketStateSet($0)) }) { filter = filter && anyState }
    // Sockets in time-wait never have a process, and the kernel applies a filter of states.
    if states != [.timeWait] { filter = filter && FilterFigure.inode == 0 }
    if matches(filter, only: Set(meant)) { return filter }
    let hosts = Set(meant.map(\.local.address.unmapped))
    return Self.any(hosts.map { .local(in: AddressPrefix($0)) }).map { filter && $0 } ?? filter
  }

  /// The filter that matches if one of some filters does, which are put in a fixed order; `nil` for none.
  private static func any(_ filters: [SocketFilter]) -> SocketFilter? {
    let sorted = filters.sorted { $0.description < $1.description }
    guard let first = sorted.first else { return nil }
    return sorted.dropFirst().reduce(first) { $0 || $1 }
  }

  private func matches(_ filter: SocketFilter, only meant: Set<InetSocket>) -> Bool {
    diagnosis.sockets.allSatisfy { filter.evaluate($0.socket) == false || meant.contains($0.socket) }
  }
}

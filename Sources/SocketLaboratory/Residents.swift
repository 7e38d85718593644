/// What lives in a namespace until its closure ends.
///
/// Held here and not only by those who asked for it: a socket whose variable has been used for the last time would
/// otherwise be closed while a test still looks for it in the kernel.
final class Residents {
  private var sockets: [LabSocket] = []
  private var cgroups: [TemporaryCgroup] = []
  private(set) var wire: Wire?

  func keep(_ socket: LabSocket) -> LabSocket {
    sockets.append(socket)
    socket.residents = self
    return socket
  }

  func keep(_ cgroup: TemporaryCgroup) -> TemporaryCgroup {
    cgroups.append(cgroup)
    return cgroup
  }

  func keep(_ wire: Wire) { self.wire = wire }

  /// The wire goes first: it resets its conversations, so that closing their sockets leaves no orphans, which would
  /// hold the namespace.
  func evict() {
    wire?.resetAll()
    wire = nil
    LabSocket.close(sockets)
    sockets = []
    cgroups = []
  }
}

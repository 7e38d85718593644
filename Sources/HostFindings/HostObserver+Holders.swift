internal import SockDiag
internal import SocketOwners

extension HostObserver {
  /// Adds the processes that hold the sockets of the rules.
  mutating func addHolders(to facts: inout HostFacts, _ limits: FindingLimits) throws(SockDiagError) {
    let sockets = facts.socketsToAttribute(limits)
    guard !sockets.isEmpty else { return }
    do throws(SocketOwnersError) {
      facts.holders = try Self.holders(of: sockets, procRoot)
    } catch {
      facts.ownersError = error
      return
    }
    let missing = sockets.filter { facts.holders[$0.inode]?.isEmpty != false }
    // A listener that was closed in the meantime has no process either. Only one that still exists counts.
    let remaining = missing.isEmpty ? [] : Set(try currentListeners().map(\.inode))
    for socket in missing where !remaining.contains(socket.inode) { facts.holders[socket.inode] = nil }
  }

  /// The processes by the inode of their socket: none if certainly no process holds it, absent if that is not known.
  private static func holders(
    of sockets: [InetSocket], _ procRoot: String
  ) throws(SocketOwnersError) -> [UInt32: [FilterHolder]] {
    var owners = try OwnerFinder(procRoot: procRoot)
    let wanted = sockets.map { WantedSocket(inode: $0.inode, cgroupID: $0.cgroupID, uid: $0.uid) }
    let report = try owners.find(wanted, SearchOptions(.everyHolder, walkers: 2, trustsEarlierSearches: false))
    let details = owners.details(ofProcessesIn: report)
    var result: [UInt32: [FilterHolder]] = [:]
    for socket in sockets {
      let holders = report.knownHolders(of: socket.inode, among: details).map { known in
        FilterHolder(processID: known.holder.pid, command: known.process?.name ?? "?")
      }
      let isUnheld = socket.inode == 0 || report.reasons(for: socket.inode)?.excludesProcesses == true
      if isUnheld || !holders.isEmpty { result[socket.inode] = holders }
    }
    return result
  }
}

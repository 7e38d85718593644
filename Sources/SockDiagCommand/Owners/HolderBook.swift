internal import SockDiag
internal import SocketOwners

/// Who holds the sockets of a listing.
struct HolderBook {
  private let report: OwnerReport
  private let details: [Int32: ProcessDetails]

  /// Looks for the holders of sockets: all of them, for a second one is what nobody expects.
  init(_ sockets: some Collection<InetSocket>) throws(CommandFailure) {
    do throws(SocketOwnersError) {
      var owners = try OwnerFinder()
      let wanted = sockets.map { WantedSocket(inode: $0.inode, cgroupID: $0.cgroupID, uid: $0.uid) }
      report = try owners.find(wanted, OwnerSearch(.everyHolder, walkers: 2))
      details = owners.details(ofProcessesIn: report)
    } catch {
      throw CommandFailure(.system, "the holders of sockets cannot be found: \(error)")
    }
  }

  /// Who holds a socket.
  func list(of socket: InetSocket) -> HolderList {
    if socket.inode == 0 { return HolderList(entries: [], reasons: .noProcess) }
    let holders = report.holders(of: socket.inode)
    if holders.isEmpty { return HolderList(entries: [], reasons: report.reasons(for: socket.inode) ?? []) }
    var oldest: [UInt32: UInt64] = [:]
    for holder in holders where holder.threadID == nil {
      let start = report.process(holder.pid)?.startTicks ?? .max
      oldest[holder.descriptor] = min(oldest[holder.descriptor] ?? .max, start)
    }
    let entries = holders.map { holder in
      let start = report.process(holder.pid)?.startTicks ?? .max
      return HolderList.Entry(
        holder: holder, process: details[holder.pid],
        isInherited: holder.threadID == nil && (oldest[holder.descriptor]).map { $0 < start } ?? false)
    }
    return HolderList(entries: entries.filter { !$0.isInherited } + entries.filter(\.isInherited))
  }

  /// The same for the conditions of a filter.
  func filterHolders(of socket: InetSocket) -> [FilterHolder]? {
    let list = list(of: socket)
    // Somebody holds the socket, but nobody knows who: what a filter asks is not decided. A process that may not be read
    // could hold it besides those that are known, and then the filter is decided by what is known.
    if list.entries.isEmpty, list.reasons?.takesPrivilege == true { return nil }
    return list.entries.map {
      FilterHolder(
        processID: $0.holder.pid, command: String(decoding: $0.process?.command ?? [], as: UTF8.self))
    }
  }

  /// How many of the sockets have holders that this user may not see.
  func hiddenCount(among sockets: some Sequence<InetSocket>) -> Int {
    sockets.count { $0.inode != 0 && list(of: $0).reasons?.takesPrivilege == true }
  }
}

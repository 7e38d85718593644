internal import SockDiag
internal import SocketOwners
internal import Synchronization

/// Names what groups have in common: processes, cgroups, users. What was looked up once is kept.
///
/// A class, because the sums of several protocols and namespaces share it. One thread uses it.
final class GroupBook {
  private let cgroups = CgroupNames()
  private var users: [UInt32: String] = [:]
  private var finder: OwnerFinder?
  /// By the inode of a socket. Renewed at every look.
  private var processes: [UInt32: GroupName] = [:]
  /// The names of processes, by process id and start.
  private var names: [HoldingProcess: String] = [:]
  /// The sockets of the last look whose processes this user may not see.
  private(set) var hiddenCount = 0

  /// Looks for the processes that hold sockets. The first search reads the descriptors of the host; later ones read what
  /// has changed.
  func findProcesses(_ inodes: [UInt32]) throws(CommandFailure) {
    let last = processes
    processes.removeAll(keepingCapacity: true)
    hiddenCount = 0
    if inodes.isEmpty { return }
    if finder == nil {
      finder = try CommandFailure.findingHolders { () throws(SocketOwnersError) in try OwnerFinder() }
    }
    do throws(SocketOwnersError) {
      guard let report = try finder?.find(inodes.map { WantedSocket(inode: $0) }, SearchOptions(walkers: 2)) else {
        return
      }
      rename(report.processes)
      let known = Dictionary(report.processes.map { ($0.pid, $0) }, uniquingKeysWith: { first, _ in first })
      for inode in report.inodes {
        // Of a server's processes, the oldest is the one that people know.
        let holders = report.holders(of: inode).compactMap { known[$0.pid] }
        guard let oldest = holders.min(by: { ($0.startTicks, $0.pid) < ($1.startTicks, $1.pid) }) else { continue }
        processes[inode] = .process(oldest.pid, name: names[oldest] ?? "?")
      }
      for missing in report.missing {
        let isHidden = missing.possibleReasons.takesPrivilege
        if isHidden { hiddenCount += 1 }
        // A socket that has ended belongs to the process that had it at the last look.
        if missing.possibleReasons.excludesProcesses, case .process? = last[missing.inode] {
          processes[missing.inode] = last[missing.inode]
          continue
        }
        processes[missing.inode] = .none(
          isHidden ? "hidden process" : missing.possibleReasons.excludesProcesses ? "no process" : "unknown process")
      }
    } catch {
      throw CommandFailure(.system, "the holders of sockets cannot be found: \(error)")
    }
  }

  /// Reads the names of new processes, and forgets those of processes that hold nothing any more.
  private func rename(_ holders: [HoldingProcess]) {
    let old = names
    names.removeAll(keepingCapacity: true)
    for process in holders { names[process] = old[process] ?? finder?.details(of: process)?.name ?? "?" }
  }

  func process(_ inode: UInt32) -> GroupName { processes[inode] ?? .none("no process") }

  func cgroup(_ id: UInt64) -> GroupName { .cgroup(id, path: cgroups.path(of: id)?.text) }

  func unit(_ id: UInt64) -> GroupName {
    guard let path = cgroups.path(of: id) else { return .none("cgroup is gone") }
    return path.unit.map { .unit($0) } ?? .none("no unit")
  }

  func container(_ id: UInt64) -> GroupName {
    guard let path = cgroups.path(of: id) else { return .none("cgroup is gone") }
    return path.container.map { .container($0) } ?? .none("no container")
  }

  func user(_ uid: UInt32) -> GroupName {
    if let known = users[uid] { return .user(uid, name: known) }
    let name = UserName.text(uid)
    users[uid] = name
    return .user(uid, name: name)
  }
}

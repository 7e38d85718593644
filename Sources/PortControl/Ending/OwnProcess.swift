internal import Glibc
internal import SocketOwners

/// This process among the others: a process that started it should not be ended by mistake.
struct OwnProcess: Sendable {
  var pid: Int32
  /// The processes that started it, the nearest first: its shell, the terminal, the server of the session.
  var ancestors: [Int32] = []
  var cgroup: CgroupPath?

  init(pid: Int32) { self.pid = pid }

  /// Reads the ancestors and the cgroup from /proc.
  static func current(_ owners: borrowing OwnerFinder) -> OwnProcess {
    var process = OwnProcess(pid: getpid())
    let own = owners.details(ofProcess: process.pid)
    process.cgroup = own?.cgroup
    var next = own?.parent
    // A parent may end between two reads and its id be used again: then the chain could turn in a circle.
    while let pid = next, pid > 0, !process.ancestors.contains(pid) {
      process.ancestors.append(pid)
      next = owners.details(ofProcess: pid)?.parent
    }
    return process
  }
}

internal import Glibc
internal import SocketOwners

/// Where this command stands among the processes.
struct OwnProcess {
  /// This process.
  var pid: Int32
  /// The processes that started it, from the nearest on: its shell, the terminal, the server of the session.
  var ancestors: [Int32] = []
  var cgroup: CgroupPath?

  init(pid: Int32) { self.pid = pid }

  /// Reads it.
  static func current(_ owners: borrowing OwnerFinder) -> OwnProcess {
    var ownProcess = OwnProcess(pid: getpid())
    let own = owners.details(ofProcess: ownProcess.pid)
    ownProcess.cgroup = own?.cgroup
    var next = own?.parent
    // A parent may end between two looks and its id be used again, so that this could turn in a circle.
    while let pid = next, pid > 0, !ownProcess.ancestors.contains(pid) {
      ownProcess.ancestors.append(pid)
      next = owners.details(ofProcess: pid)?.parent
    }
    return ownProcess
  }
}

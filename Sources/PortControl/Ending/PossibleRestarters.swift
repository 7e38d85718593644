internal import SocketOwners

/// The processes that may start an ended process again: its ancestors that live on, such as a shell with a loop,
/// nodemon or supervisord.
///
/// Ancestors of this process are left out, since they wait for it. Process 1 counts only where it is no init system:
/// what systemd starts again is a unit, which is known otherwise.
struct PossibleRestarters: Sendable {
  private(set) var processes: [ProcessDetails] = []
  /// The children of each before anything was ended.
  private var children: [Int32: Set<Int32>] = [:]

  /// First processes that restart nothing by themselves. The kernel cuts names off after 15 bytes.
  private static let inits: Set<String> = [
    "systemd", "init", "tini", "dumb-init", "docker-init", "catatonit", "podman-init", "pause", "openrc-init",
  ]

  /// Finds them, before anything is ended.
  init(of targets: [EndingTarget], besides ownProcess: OwnProcess, _ owners: borrowing OwnerFinder) {
    let spared = Set(ownProcess.ancestors + [ownProcess.pid])
    var seen: Set<Int32> = []
    for target in targets {
      var next = target.details.parent
      while let pid = next, pid > 0, !spared.contains(pid) || pid == 1, seen.insert(pid).inserted,
        let details = owners.details(ofProcess: pid)
      {
        next = details.parent
        if pid == 1, Self.inits.contains(String(decoding: details.command, as: UTF8.self)) { break }
        // It is ended too.
        if targets.contains(where: { $0.process == details.process }) { continue }
        processes.append(details)
        children[pid] = Set(owners.children(ofProcess: pid))
      }
    }
  }

  /// Those that still run.
  func living(_ owners: borrowing OwnerFinder) -> [ProcessDetails] {
    // A process that has ended and was not waited for has no arguments any more.
    processes.filter { owners.details(of: $0.process)?.arguments?.isEmpty == false }
  }

  /// The processes that they have started since.
  func newChildren(_ owners: borrowing OwnerFinder) -> [ProcessDetails] {
    living(owners).flatMap { parent in
      owners.children(ofProcess: parent.process.pid).filter { children[parent.process.pid]?.contains($0) == false }
    }.compactMap { owners.details(ofProcess: $0) }
  }

  /// The one that a process descends from; `nil` if there is none.
  func starter(of process: ProcessDetails, _ owners: borrowing OwnerFinder) -> ProcessDetails? {
    var next = process.parent
    var seen: Set<Int32> = []
    while let pid = next, pid > 0, seen.insert(pid).inserted {
      if let starter = processes.first(where: { $0.process.pid == pid }) { return starter }
      next = owners.details(ofProcess: pid)?.parent
    }
    return nil
  }
}

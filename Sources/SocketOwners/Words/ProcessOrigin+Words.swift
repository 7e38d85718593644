extension ProcessOrigin {
  /// Who started the process, as a clause: `started by bash (15980) < sshd (1201) on pts/3`, `started by systemd as
  /// nginx.service`; `nil` if nothing is known.
  package func starterWords(of process: ProcessDetails) -> String? {
    let manager = Self.manager(of: process)
    guard let chain = chainWords else { return manager.map { "started \($0.alone)" } }
    let place = manager.map { ", in \($0.name)" } ?? ""
    return chain + (terminal.map { " on \($0)" } ?? "") + place
  }

  /// The ancestors, nearest first. Of a long list the far end is left out.
  private var chainWords: String? {
    guard let parent = ancestors.first else { return nil }
    // The first process of a host or container becomes the parent of every process whose own parent has ended.
    if parent.pid == 1 { return "child of \(ProcessWords.short(parent.command, pid: 1))" }
    let names = ancestors.prefix(3).map { ProcessWords.short($0.command, pid: $0.pid) }
    return "started by \(names.joined(separator: " < "))\(ancestors.count > 3 ? " < …" : "")"
  }

  /// The unit or container in which a process runs: after "in", and by itself after "started".
  private static func manager(of process: ProcessDetails) -> (name: String, alone: String)? {
    if let container = process.cgroup?.container { return ("\(container)", "in \(container)") }
    guard let unit = process.cgroup?.unit, process.process.pid != 1 else { return nil }
    // A login session says little beside the chain.
    return unit.isSupervised ? ("systemd unit \(unit)", "by systemd as \(unit)") : nil
  }
}

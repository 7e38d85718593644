/// What a finder keeps from one search to the next.
struct SearchMemory: ~Copyable, Sendable {
  /// The descriptor tables of processes as they were last read, by process id.
  var processes: [Int32: ProcessRecord] = [:]
  /// The directories of cgroups.
  var cgroups: CgroupIndex
  /// Decides when a search for missing sockets reads everything again.
  var rereads = RereadSchedule()

  /// Creates an empty memory.
  ///
  /// - Parameter cgroupRoot: Where the hierarchy of cgroups version 2 is mounted; looked up in proc if absent.
  init(cgroupRoot: String? = nil) { cgroups = CgroupIndex(root: cgroupRoot) }

  /// Forgets processes that have ended.
  mutating func forget(allBut living: Set<Int32>) {
    guard !processes.isEmpty else { return }
    for pid in processes.keys.filter({ !living.contains($0) }) { processes[pid] = nil }
  }
}

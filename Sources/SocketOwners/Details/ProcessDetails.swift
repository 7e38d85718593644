/// The name, program, user and cgroup of a process. Names may contain any bytes, so they are not text.
public struct ProcessDetails: Sendable, Hashable, Codable {
  /// The process.
  public var process: HoldingProcess
  /// The name of the process (`comm`), at most 15 bytes. A process may change it.
  public var command: [UInt8]
  /// The path of the program, followed by ` (deleted)` if the file was removed or replaced; `nil` if this user may not
  /// read it.
  public var executable: [UInt8]?
  /// The arguments, beginning with the name by which the program was called; `nil` if they cannot be read. A process
  /// may overwrite them. At most 128 KiB are read.
  public var arguments: [[UInt8]]?
  /// The parent; 0 if it is outside of this pid namespace, `nil` if it is unknown.
  public var parent: Int32?
  /// The effective user.
  public var uid: UInt32?
  /// The cgroup of the process; `nil` if it cannot be read.
  public var cgroup: CgroupPath?

  /// Creates details with only the name.
  public init(process: HoldingProcess, command: [UInt8]) {
    self.process = process
    self.command = command
  }
}

extension OwnerFinder {
  /// Reads the details of a process.
  ///
  /// This reads four files and a link each time, because a process may change all of them.
  ///
  /// - Returns: `nil` if the process has ended, even if another process has its id now.
  public func details(of process: HoldingProcess) -> ProcessDetails? { details(process.pid, process.startTicks) }

  /// Reads the details of the process that has an id now, such as the parent of a holder.
  ///
  /// - Returns: `nil` if no process has the id.
  public func details(ofProcess pid: Int32) -> ProcessDetails? { details(pid, nil) }

  /// - Parameter startTicks: When the process started; `nil` accepts any process with the id.
  private func details(_ pid: Int32, _ startTicks: UInt64?) -> ProcessDetails? {
    let directory = proc.openDirectory(ProcPath(UInt32(bitPattern: pid)))
    guard directory >= 0 else { return nil }
    // From here on every path leads to this process, even if its id passes to another one.
    defer { proc.files.close(directory) }
    var text: [UInt8] = []
    func read(_ name: String, _ limit: Int) -> Bool {
      proc.files.contents(ProcPath(name), in: directory, limit: limit, into: &text) == 0
    }
    guard read("stat", 4096), let stat = ProcessStat(text.span), startTicks == nil || stat.startTicks == startTicks
    else { return nil }
    let process = HoldingProcess(pid: pid, startTicks: stat.startTicks)
    var details = ProcessDetails(process: process, command: stat.command)
    details.parent = stat.parent
    if read("cmdline", 1 << 17) { details.arguments = Self.arguments(text) }
    if read("status", 1 << 14) { details.uid = ProcCredentials(text.span).uid }
    if read("cgroup", 1 << 16) { details.cgroup = CgroupPath(membership: text.span) }
    var target = [UInt8](repeating: 0, count: 4096)
    let count = proc.files.link(ProcPath("exe"), in: directory, into: &target)
    if count >= 0 { details.executable = Array(target.prefix(count)) }
    return details
  }

  /// Reads the details of all processes in a report that have not ended.
  public func details(ofProcessesIn report: OwnerReport) -> [Int32: ProcessDetails] {
    var all: [Int32: ProcessDetails] = [:]
    for process in report.processes { all[process.pid] = details(of: process) }
    return all
  }

  /// Splits the arguments at their zeros. A process that overwrote them may have left no zero.
  private static func arguments(_ text: [UInt8]) -> [[UInt8]] {
    var arguments = text.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
    if arguments.last?.isEmpty == true { arguments.removeLast() }
    return arguments
  }
}

extension OwnerReport {
  /// The holders of a socket whose processes have not ended since the search; all holders if every process has.
  ///
  /// - Parameter details: What ``OwnerFinder/details(ofProcessesIn:)`` said of this report.
  /// - Complexity: It allocates only if a process has ended.
  package func holders(of inode: UInt32, among details: [Int32: ProcessDetails]) -> ArraySlice<SocketHolder> {
    let found = holders(of: inode)
    if found.count < 2 || found.allSatisfy({ details[$0.pid] != nil }) { return found }
    let living = found.filter { details[$0.pid] != nil }
    return living.isEmpty ? found : living[...]
  }
}

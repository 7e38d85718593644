/// What a holder is, beyond its number. Names are other people's words: any bytes, so they are kept as bytes.
public struct ProcessDetails: Sendable, Hashable, Codable {
  /// The process that was read.
  public var process: HoldingProcess
  /// The name of the program, at most 15 bytes, which a process may choose: `comm`.
  public var command: [UInt8]
  /// The path of the program that runs, with ` (deleted)` behind it where the file was replaced; `nil` where it may not
  /// be read.
  public var executable: [UInt8]?
  /// The arguments, the first being the program as it was called; `nil` where they cannot be read. A process may
  /// overwrite them. What is beyond 128 KiB is left out.
  public var arguments: [[UInt8]]?
  /// The process that started this one, or took it over when that ended; 0 for one outside of this pid namespace, `nil`
  /// where it is not known.
  public var parent: Int32?
  /// The effective user.
  public var uid: UInt32?
  /// Where the process is among cgroups; `nil` where that cannot be read.
  public var cgroup: CgroupPath?

  /// Creates details of which only the name is known.
  public init(process: HoldingProcess, command: [UInt8]) {
    self.process = process
    self.command = command
  }
}

extension OwnerFinder {
  /// Reads what a process is.
  ///
  /// Four files and a link; nothing is remembered, for a process may change all of it.
  ///
  /// - Returns: `nil` if the process is gone, even if its id belongs to another one now.
  public func details(of process: HoldingProcess) -> ProcessDetails? { details(process.pid, process.startTicks) }

  /// Reads what the process is that has a process id now, such as the parent of a holder.
  ///
  /// - Returns: `nil` if there is none.
  public func details(ofProcess pid: Int32) -> ProcessDetails? { details(pid, nil) }

  /// - Parameter startTicks: When the process started; `nil` if any process of this id will do.
  private func details(_ pid: Int32, _ startTicks: UInt64?) -> ProcessDetails? {
    let directory = proc.openDirectory(ProcPath(UInt32(bitPattern: pid)))
    guard directory >= 0 else { return nil }
    // From here on every path belongs to this process, whoever has its number later.
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

  /// Reads what the processes of a report are, those that are still there.
  public func details(ofProcessesIn report: OwnerReport) -> [Int32: ProcessDetails] {
    var all: [Int32: ProcessDetails] = [:]
    for process in report.processes { all[process.pid] = details(of: process) }
    return all
  }

  /// Each argument ends with a zero. A process that wrote over them may have left none.
  private static func arguments(_ text: [UInt8]) -> [[UInt8]] {
    var arguments = text.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
    if arguments.last?.isEmpty == true { arguments.removeLast() }
    return arguments
  }
}

/// Where a process comes from: since when it runs, in which directory, and which processes started it.
public struct ProcessOrigin: Sendable, Hashable, Codable {
  /// A parent, its parent, and so on.
  public struct Ancestor: Sendable, Hashable, Codable {
    /// The process id.
    public var pid: Int32
    /// The name of the process (`comm`), at most 15 bytes.
    public var command: [UInt8]

    /// Creates an ancestor.
    public init(pid: Int32, command: [UInt8]) {
      self.pid = pid
      self.command = command
    }
  }

  /// The time since the process was started, with time in suspend; `nil` if it cannot be read.
  public var age: Duration?
  /// The path of the working directory; `nil` if this user may not read it.
  public var workingDirectory: [UInt8]?
  /// The controlling terminal, such as `pts/3`; `nil` if the process has none.
  public var terminal: String?
  /// The ancestors, beginning with the parent.
  ///
  /// The list ends where the processes of the unit or container end. So it leads from a server in a session to its login,
  /// and is empty for the first process of a service. It has at most ``ancestorLimit`` entries.
  public var ancestors: [Ancestor]

  /// The longest list of ancestors.
  public static let ancestorLimit = 8

  /// Creates an origin.
  public init(
    age: Duration? = nil, workingDirectory: [UInt8]? = nil, terminal: String? = nil, ancestors: [Ancestor] = []
  ) {
    self.age = age
    self.workingDirectory = workingDirectory
    self.terminal = terminal
    self.ancestors = ancestors
  }
}

extension OwnerFinder {
  /// Reads where a process comes from.
  ///
  /// This reads two files and a link, and two files for each ancestor.
  ///
  /// - Returns: `nil` if the process has ended, even if another process has its id now.
  ///
  /// Kernel: `/proc/PID/stat`, `/proc/PID/cwd`, `/proc/uptime`.
  public func origin(of process: ProcessDetails) -> ProcessOrigin? {
    guard let stat = proc.stat(of: process.process.pid), stat.startTicks == process.process.startTicks else {
      return nil
    }
    var target = [UInt8](repeating: 0, count: 4096)
    let count = proc.link(ProcPath(UInt32(bitPattern: process.process.pid), "/cwd"), into: &target)
    return ProcessOrigin(
      age: age(stat), workingDirectory: count >= 0 ? Array(target.prefix(count)) : nil, terminal: stat.terminalName,
      ancestors: ancestors(of: stat, in: process.cgroup))
  }

  /// The time since the start of a process. A time namespace shifts both clocks alike.
  private func age(_ stat: ProcessStat) -> Duration? {
    var text: [UInt8] = []
    guard proc.contents(ProcPath("uptime"), limit: 256, into: &text) == 0, let ticks = Self.uptimeTicks(text),
      ticks >= stat.startTicks
    else { return nil }
    return .milliseconds(Int64(clamping: ticks - stat.startTicks) * 10)
  }

  /// The first number of `/proc/uptime`, seconds with two decimals, in hundredths of a second; `nil` for other text.
  ///
  /// Kernel: `uptime_proc_show`, fs/proc/uptime.c.
  package static func uptimeTicks(_ text: [UInt8]) -> UInt64? {
    let word = text.prefix { $0 != UInt8(ascii: " ") }
    let parts = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count == 2, 1...12 ~= parts[0].count else { return nil }
    return UInt64(String(decoding: parts[0] + parts[1], as: UTF8.self))
  }

  private func ancestors(of stat: ProcessStat, in cgroup: CgroupPath?) -> [ProcessOrigin.Ancestor] {
    var ancestors: [ProcessOrigin.Ancestor] = []
    var child = stat
    while child.parent > 0, ancestors.count < ProcessOrigin.ancestorLimit {
      // A parent is older than its child. A younger process has the id of a parent that has ended.
      guard let parent = proc.stat(of: child.parent), parent.startTicks <= child.startTicks else { break }
      if let cgroup, let other = self.cgroup(ofProcess: child.parent) {
        // The manager of units, or the engine of containers, started the first process of the unit or container.
        if other.unit != cgroup.unit || other.container != cgroup.container { break }
      }
      ancestors.append(ProcessOrigin.Ancestor(pid: child.parent, command: parent.command))
      child = parent
    }
    return ancestors
  }

  private func cgroup(ofProcess pid: Int32) -> CgroupPath? {
    var text: [UInt8] = []
    let path = ProcPath(UInt32(bitPattern: pid), "/cgroup")
    guard proc.contents(path, limit: 1 << 16, into: &text) == 0 else { return nil }
    return CgroupPath(membership: text.span)
  }
}

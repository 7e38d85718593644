internal import Glibc
internal import SocketOwners

extension HolderList {
  /// The processes, each once, those first that inherited nothing.
  var processes: [ProcessDetails] {
    var seen: Set<Int32> = []
    return entries.compactMap { entry in
      guard let process = entry.process, seen.insert(process.process.pid).inserted else { return nil }
      return process
    }
  }
}

extension [UInt8] {
  /// Appends the cell of a column about processes; `-` where none is known.
  mutating func append(_ column: TableColumn, of processes: [ProcessDetails]) {
    let start = count
    switch column {
    case .pid: appendList(processes.map { Array(String($0.process.pid).utf8) })
    case .command: appendList(processes.map(\.command))
    case .unit: appendList(processes.compactMap { $0.cgroup?.unit?.name }.map { Array($0.utf8) })
    case .container: appendList(processes.compactMap { $0.cgroup?.container?.shortID }.map { Array($0.utf8) })
    case .cgroup: if let path = processes.first?.cgroup?.bytes { appendCell(path) }
    case .age: if let age = processes.age { append(Duration.seconds(age)) }
    case .commandLine:
      for (index, argument) in (processes.first?.arguments ?? []).enumerated() {
        if index > 0 { append(UInt8(ascii: " ")) }
        // Blanks stay: people read and copy it.
        for word in argument.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).enumerated() {
          if word.offset > 0 { append(UInt8(ascii: " ")) }
          appendCell(word.element)
        }
      }
    default: break
    }
    if count == start { append(UInt8(ascii: "-")) }
  }

  /// Appends names with commas between, each once.
  private mutating func appendList(_ names: [[UInt8]]) {
    var seen: Set<[UInt8]> = []
    for name in names where seen.insert(name).inserted {
      if seen.count > 1 { append(UInt8(ascii: ",")) }
      appendCell(name)
    }
  }
}

extension [ProcessDetails] {
  /// The seconds for which the oldest of them has run; `nil` if there are none.
  var age: Int64? {
    guard let start = map(\.process.startTicks).min() else { return nil }
    // The kernel counts the start in clock ticks since boot, sleep included.
    var now = timespec()
    // SAFETY: the call fills the structure.
    guard unsafe clock_gettime(CLOCK_BOOTTIME, &now) == 0 else { return nil }
    let ticksPerSecond = Swift.max(UInt64(clamping: sysconf(Int32(_SC_CLK_TCK))), 1)
    return Swift.max(0, Int64(now.tv_sec) - Int64(clamping: start / ticksPerSecond))
  }
}

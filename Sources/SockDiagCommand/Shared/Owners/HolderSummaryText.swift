internal import SockDiagWire
internal import SocketOwners

extension [UInt8] {
  /// Appends the cell about the processes of a row: all of them, or a summary by program.
  mutating func append(_ notes: SocketNotes) {
    let list = notes.holders ?? HolderList(entries: [])
    if let count = notes.socketCount, !list.entries.isEmpty { append(list, sockets: count) } else { append(list) }
  }

  /// Appends a summary: `nginx(29226) +4 workers`, or `dnsmasq(80), 2 sockets`.
  ///
  /// People ask which program it is. A server that forks has as many holders as workers, and their descriptors help
  /// nobody who did not ask for them.
  private mutating func append(_ list: HolderList, sockets: Int) {
    for (index, program) in list.byProgram.enumerated() {
      guard let first = program.first else { continue }
      if index > 0 { append(UInt8(ascii: " ")) }
      append(process: first)
      append(UInt8(ascii: ")"))
      let workers = program.count - 1
      if workers > 0 {
        append(contentsOf: " +\(workers.counted("worker"))".utf8)
      } else if sockets > 1 {
        append(contentsOf: ", \(sockets) sockets".utf8)
      }
    }
  }
}

extension HolderList {
  /// One entry for each process, grouped by program, in the order of the first of each program.
  var byProgram: [[Entry]] {
    var groups: [[Entry]] = []
    var seen: Set<Int32> = []
    for entry in entries where seen.insert(entry.holder.pid).inserted {
      if let index = groups.firstIndex(where: { $0.first?.isSameProgram(as: entry) == true }) {
        groups[index].append(entry)
      } else {
        groups.append([entry])
      }
    }
    return groups
  }
}

extension HolderList.Entry {
  /// Whether two processes run one program: one file under one name. A shell runs many scripts.
  func isSameProgram(as other: Self) -> Bool {
    guard let process, let another = other.process, process.command == another.command else { return false }
    guard let file = process.executable, let otherFile = another.executable else { return true }
    return file == otherFile
  }
}

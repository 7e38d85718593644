/// The descriptor tables of one process as they were last read.
struct ProcessRecord: Sendable {
  let pid: Int32
  /// When the process started. It is 0 until a socket was found in the process, because only then it is read.
  var startTicks: UInt64 = 0
  /// Whether this search is the first that read the process.
  var isNew = true
  var threads = ProcessThreads()
  var tables: [DescriptorTable] = []

  /// The table of a thread; 0 stands for the first thread.
  func table(_ thread: Int32) -> DescriptorTable? { tables.first { $0.thread == thread } }

  /// Replaces the table of the same thread, or adds one.
  mutating func replace(_ table: DescriptorTable) {
    if let index = tables.firstIndex(where: { $0.thread == table.thread }) {
      tables[index] = table
    } else {
      tables.append(table)
    }
  }

  /// Removes the table of a thread.
  mutating func remove(_ thread: Int32) { tables.removeAll { $0.thread == thread } }
}

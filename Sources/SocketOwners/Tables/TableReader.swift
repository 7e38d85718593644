internal import Glibc

/// Reads descriptor tables. Each walker has one reader, with buffers and counters of its own.
///
/// A link costs about three microseconds of kernel time, so the reader reads as few as possible. It lists a table that
/// it reads for the first time, because the number of descriptors may change meanwhile and then no count shows that all
/// were read. New descriptors of a known table have the lowest free numbers, so the reader guesses these.
struct TableReader {
  let proc: ProcTree
  let wanted: InodeTable
  var work = SearchWork()
  // The names of sockets and io_urings fit. The kernel cuts longer targets off.
  private var target = [UInt8](repeating: 0, count: 64)
  private var entries = [UInt8](repeating: 0, count: 1 << 15)
  private var text: [UInt8] = []
  private var name = ProcPath(UInt32(0))

  init(_ proc: ProcTree, wanted: InodeTable) {
    self.proc = proc
    self.wanted = wanted
  }

  mutating func perform(_ task: TableTask) -> TableResult {
    let empty = DescriptorTable(thread: task.thread, identity: task.identity)
    var result = TableResult(pid: task.pid, thread: task.thread, table: empty)
    let directory = Opening()
    do throws(ReadingFault) {
      switch task.reading {
      case .whole:
        try open(directory, task)
        try list(&result.table, directory.descriptor)
      case .part(let range):
        result.part = range.lowerBound
        try open(directory, task)
        var guesses = Guesses(limit: Int.max)
        try guess(&guesses, &result.table.links, in: range, directory.descriptor, besides: [])
      case .rest(let links, let count):
        result.table.links = links
        result.table.count = count
        try open(directory, task)
        // The listing finds the numbers that the parts did not reach.
        try list(&result.table, directory.descriptor)
      case .changes(let table):
        result.table = table
        try readChanges(&result.table, directory, task)
      case .unwanted(let table):
        result.table = table
        try open(directory, task)
        let numbers = table.links.filter { !$0.wasWanted && !$0.isFresh }.map(\.number)
        try read(numbers, &result.table, directory.descriptor)
        try reconcile(&result.table, directory, task)
      case .numbers(let table, let numbers):
        result.table = table
        try open(directory, task)
        try read(numbers, &result.table, directory.descriptor)
        try reconcile(&result.table, directory, task)
      }
      try readRings(&result.table, directory, task)
      if task.needsStart, result.table.links.contains(where: { $0.kind != .other }) {
        try open(directory, task)
        result.startTicks = try readStart(task.thread, directory.descriptor)
      }
    } catch {
      result.fault = error.errno
    }
    if let identity = directory.identity { result.table.identity = identity }
    if directory.descriptor >= 0 { proc.files.close(directory.descriptor) }
    return result
  }

  /// The directory of a table. It is opened for the first link, so an unchanged table is not opened at all.
  final class Opening {
    var descriptor: Int32 = -1
    var identity: FileIdentity?
  }

  mutating func open(_ directory: Opening, _ task: TableTask) throws(ReadingFault) {
    guard directory.descriptor < 0 else { return }
    let descriptor = proc.openDirectory(DescriptorTable.path(task.pid, task.thread))
    guard descriptor >= 0 else { throw ReadingFault(errno: -descriptor) }
    directory.descriptor = descriptor
    work.directoriesOpened += 1
    work.tablesOpened += 1
    // The process id may have passed to another process. Then what is known of the table is wrong, but a task that
    // reads the whole table is still right.
    var status = FileStatus()
    let error = proc.files.status(ProcPath("."), in: descriptor, into: &status)
    if error < 0 { throw ReadingFault(errno: -error) }
    directory.identity = status.identity
    if case .whole = task.reading, task.thread == 0 { return }
    if status.identity != task.identity { throw ReadingFault(errno: ESTALE) }
  }

  /// Reads the link of a descriptor; `nil` if there is no descriptor of this number.
  @inline(__always)
  mutating func read(_ number: UInt32, _ directory: Int32) throws(ReadingFault) -> DescriptorLink? {
    name.set(number)
    work.linksRead &+= 1
    let count = proc.files.link(name, in: directory, into: &target)
    guard count >= 0 else {
      if count == -Int(ENOENT) { return nil }
      throw ReadingFault(errno: Int32(truncatingIfNeeded: -count))
    }
    switch LinkTarget(target.span.extracting(0..<min(count, target.count))) {
    case .socket(let inode): return DescriptorLink(number: number, inode: inode, kind: .socket)
    case .ring: return DescriptorLink(number: number, inode: 0, kind: .ring)
    case .other: return DescriptorLink(number: number, inode: 0, kind: .other)
    }
  }

  /// Reads the links of the given numbers again.
  mutating func read(
    _ numbers: [UInt32], _ table: inout DescriptorTable, _ directory: Int32
  ) throws(ReadingFault) {
    var found: [DescriptorLink] = []
    var gone: [UInt32] = []
    for number in numbers {
      if let link = try read(number, directory) { found.append(link) } else { gone.append(number) }
    }
    table.merge(found, removing: gone)
  }

  /// Lists the numbers of all descriptors, in ascending order.
  mutating func numbers(_ directory: Int32) throws(ReadingFault) -> [UInt32] {
    var numbers: [UInt32] = []
    while true {
      let count = proc.files.entries(of: directory, into: &entries)
      guard count >= 0 else { throw ReadingFault(errno: Int32(truncatingIfNeeded: -count)) }
      if count == 0 { break }
      let bytes = entries.span.extracting(0..<min(count, entries.count))
      DirectoryEntries.forEach(bytes) { entry in
        if let number = DecimalText.value(bytes, entry.name) { numbers.append(number) }
      }
    }
    numbers.sort()
    return numbers
  }

  /// Reads when the process of an open table started; `nil` if its `stat` is malformed.
  mutating func readStart(_ thread: Int32, _ directory: Int32) throws(ReadingFault) -> UInt64? {
    work.filesRead += 1
    let error = proc.files.contents(DescriptorTable.statPath(thread), in: directory, limit: 4096, into: &text)
    if error < 0 { throw ReadingFault(errno: -error) }
    return ProcessStat(text.span)?.startTicks
  }

  /// Reads which sockets are among the fixed files of an io_uring; `nil` if the kernel does not print the files.
  mutating func fixedSockets(_ ring: UInt32, _ directory: Int32) throws(ReadingFault) -> [DescriptorInfo.FixedSocket]? {
    // The kernel prints the files only if it gets the lock of the ring at once. The lock is never held for long.
    for round in 0..<7 {
      work.filesRead += 1
      let error = proc.files.contents(ProcPath("../fdinfo/\(ring)"), in: directory, limit: 1 << 22, into: &text)
      if error == -ENOENT { return [] }
      if error < 0 { throw ReadingFault(errno: -error) }
      if let sockets = DescriptorInfo(text.span).fixedSockets { return sockets }
      usleep(50 << round)
    }
    return nil
  }
}

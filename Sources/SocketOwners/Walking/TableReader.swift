internal import Glibc

/// Reads descriptor tables: one walker's buffers and counters.
///
/// A link costs about three microseconds of kernel time, so the art is to read few. A table that is read for the first
/// time is listed, for in a process that opens and closes files meanwhile no count tells when all has been read. What came
/// to a known table has the lowest numbers, which are guessed.
struct TableReader {
  let files: any DirectoryOperations
  let proc: Int32
  let wanted: InodeTable
  var work = SearchWork()
  // No target that matters is longer; the kernel cuts others off.
  private var target = [UInt8](repeating: 0, count: 64)
  private var entries = [UInt8](repeating: 0, count: 1 << 15)
  private var text: [UInt8] = []
  private var name = ProcPath(UInt32(0))

  init(_ files: any DirectoryOperations, proc: Int32, wanted: InodeTable) {
    self.files = files
    self.proc = proc
    self.wanted = wanted
  }

  mutating func perform(_ task: TableTask) -> TableResult {
    let empty = DescriptorTable(thread: task.thread, identity: task.identity)
    var result = TableResult(pid: task.pid, thread: task.thread, table: empty)
    let directory = Opening()
    do throws(Fault) {
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
        // What the parts did not reach.
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
    if directory.descriptor >= 0 { files.close(directory.descriptor) }
    return result
  }

  /// An errno other than those which mean that a descriptor is not there.
  struct Fault: Error { let errno: Int32 }

  /// The table's directory, opened when the first link is to be read: of a process in which nothing changed it is not.
  final class Opening {
    var descriptor: Int32 = -1
    var identity: FileIdentity?
  }

  mutating func open(_ directory: Opening, _ task: TableTask) throws(Fault) {
    guard directory.descriptor < 0 else { return }
    let descriptor = files.openDirectory(DescriptorTable.path(task.pid, task.thread), in: proc)
    guard descriptor >= 0 else { throw Fault(errno: -descriptor) }
    directory.descriptor = descriptor
    work.directoriesOpened += 1
    work.tablesOpened += 1
    // The process id may have been given to another process since it was listed. Who reads everything reads whoever it
    // is; what was known of a table is worth nothing in another one.
    var status = FileStatus()
    let error = files.status(ProcPath("."), in: descriptor, into: &status)
    if error < 0 { throw Fault(errno: -error) }
    directory.identity = status.identity
    if case .whole = task.reading, task.thread == 0 { return }
    if status.identity != task.identity { throw Fault(errno: ESTALE) }
  }

  /// Reads the link of a number; `nil` if there is no such descriptor.
  @inline(__always)
  mutating func read(_ number: UInt32, _ directory: Int32) throws(Fault) -> DescriptorLink? {
    name.set(number)
    work.linksRead &+= 1
    let count = files.link(name, in: directory, into: &target)
    guard count >= 0 else {
      if count == -Int(ENOENT) { return nil }
      throw Fault(errno: Int32(truncatingIfNeeded: -count))
    }
    switch LinkTarget(target.span.extracting(0..<min(count, target.count))) {
    case .socket(let inode): return DescriptorLink(number: number, inode: inode, kind: .socket)
    case .ring: return DescriptorLink(number: number, inode: 0, kind: .ring)
    case .other: return DescriptorLink(number: number, inode: 0, kind: .other)
    }
  }

  /// Reads links of a table again.
  mutating func read(
    _ numbers: [UInt32], _ table: inout DescriptorTable, _ directory: Int32
  ) throws(Fault) {
    var found: [DescriptorLink] = []
    var gone: [UInt32] = []
    for number in numbers {
      if let link = try read(number, directory) { found.append(link) } else { gone.append(number) }
    }
    table.merge(found, removing: gone)
  }

  /// All numbers that a listing of the directory shows, ascending.
  mutating func numbers(_ directory: Int32) throws(Fault) -> [UInt32] {
    var numbers: [UInt32] = []
    while true {
      let count = files.entries(of: directory, into: &entries)
      guard count >= 0 else { throw Fault(errno: Int32(truncatingIfNeeded: -count)) }
      if count == 0 { break }
      let bytes = entries.span.extracting(0..<min(count, entries.count))
      DirectoryEntries.forEach(bytes) { entry in
        if let number = DecimalText.value(bytes, entry.name) { numbers.append(number) }
      }
    }
    numbers.sort()
    return numbers
  }

  /// When the process of an open table started; `nil` if its status makes no sense.
  mutating func readStart(_ thread: Int32, _ directory: Int32) throws(Fault) -> UInt64? {
    work.filesRead += 1
    let error = files.contents(DescriptorTable.statPath(thread), in: directory, limit: 4096, into: &text)
    if error < 0 { throw Fault(errno: -error) }
    return ProcessStat(text.span)?.startTicks
  }

  /// The sockets among the fixed files of a ring; `nil` if the kernel does not tell.
  mutating func fixedSockets(_ ring: UInt32, _ directory: Int32) throws(Fault) -> [DescriptorInfo.FixedSocket]? {
    // The kernel prints the files only if nobody else has the ring's lock, which is never had for long.
    for round in 0..<7 {
      work.filesRead += 1
      let error = files.contents(ProcPath("../fdinfo/\(ring)"), in: directory, limit: 1 << 22, into: &text)
      if error == -ENOENT { return [] }
      if error < 0 { throw Fault(errno: -error) }
      if let sockets = DescriptorInfo(text.span).fixedSockets { return sockets }
      usleep(50 << round)
    }
    return nil
  }
}

/// A descriptor as it was last read.
struct DescriptorLink: Sendable {
  let number: UInt32
  /// The inode number of the socket it leads to; 0 for anything else.
  var inode: UInt32
  var kind: Kind
  /// Whether the socket was wanted by the last search that looked at this process. Once it is no longer wanted, the
  /// number may lead to something else.
  var wasWanted = false
  /// Whether it was read in this search.
  var isFresh = true

  enum Kind: UInt8, Sendable {
    case socket
    case ring
    case other
  }
}

/// A socket among the fixed files of an io_uring.
struct FixedLink: Sendable {
  let ring: UInt32
  let slot: UInt32
  let inode: UInt32
}

/// What is known of one descriptor table: that of a process, or that of a thread which has its own.
struct DescriptorTable: Sendable {
  /// The thread, 0 for the first one of the process.
  let thread: Int32
  var identity: FileIdentity
  /// How many descriptors the kernel counted when it was last asked; `nil` if it does not count.
  var count: Int?
  /// By ascending numbers. As many as the kernel counted, or something was not seen.
  var links: [DescriptorLink] = []
  /// Read in every search, since nothing tells that they changed.
  var fixed: [FixedLink] = []
  /// io_urings whose files could not be read.
  var silentRings = 0

  /// The path of the table below proc.
  static func path(_ pid: Int32, _ thread: Int32) -> ProcPath {
    guard thread != 0 else { return ProcPath(UInt32(bitPattern: pid), "/fd") }
    return ProcPath(UInt32(bitPattern: pid), "/task/\(thread)/fd")
  }

  /// The path of the process's status, seen from its table: whatever has the process id by then, this is the process
  /// whose table it is.
  static func statPath(_ thread: Int32) -> ProcPath {
    ProcPath(thread == 0 ? "../stat" : "../../../stat")
  }

  /// Replaces links by newer ones of the same numbers, adds what is new, and drops what is gone.
  mutating func merge(_ newer: [DescriptorLink], removing gone: [UInt32] = []) {
    guard !newer.isEmpty || !gone.isEmpty else { return }
    var merged: [DescriptorLink] = []
    merged.reserveCapacity(links.count + newer.count)
    var position = 0
    var removed = gone[...]
    func append(before number: UInt32?) {
      while position < links.count, number.map({ links[position].number < $0 }) ?? true {
        let link = links[position]
        position += 1
        while let first = removed.first, first < link.number { removed = removed.dropFirst() }
        if removed.first != link.number { merged.append(link) }
      }
    }
    for link in newer {
      append(before: link.number)
      if position < links.count, links[position].number == link.number { position += 1 }
      merged.append(link)
    }
    append(before: nil)
    links = merged
  }
}

/// What is known of a process.
struct ProcessRecord: Sendable {
  let pid: Int32
  /// 0 until it was read, which is when a socket was found.
  var startTicks: UInt64 = 0
  /// Links of `/proc/PID/task` when its threads were listed.
  var taskLinks = 0
  /// The threads but the first.
  var threads: [Int32] = []
  /// Threads of which it is not known whether they share the table of the first.
  var unknownThreads: [Int32] = []
  /// Threads with tables of their own, one for each table.
  var separateThreads: [Int32] = []
  var tables: [DescriptorTable] = []
}

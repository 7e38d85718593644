/// A descriptor as it was last read.
struct DescriptorLink: Sendable {
  let number: UInt32
  /// The inode number of the socket that it leads to; 0 for any other file.
  var inode: UInt32
  var kind: Kind
  /// Whether the last search that examined this process wanted the socket. A search does not notice at once that an
  /// unwanted descriptor was closed and its number given to another file.
  var wasWanted = false
  /// Whether the descriptor was read in this search.
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

/// One descriptor table as it was last read: that of a process, or that of a thread with a table of its own.
struct DescriptorTable: Sendable {
  /// The thread; 0 for the first one of the process.
  let thread: Int32
  var identity: FileIdentity
  /// The number of descriptors by the kernel's last count; `nil` if the kernel does not count.
  var count: Int?
  /// The descriptors by ascending numbers. If there are fewer than the kernel counted, some were not seen.
  var links: [DescriptorLink] = []
  /// Sockets among the fixed files of io_urings. They are read in every search, because nothing shows that they
  /// changed.
  var fixed: [FixedLink] = []
  /// The number of io_urings whose fixed files could not be read.
  var silentRings = 0

  /// The path of the table below proc.
  static func path(_ pid: Int32, _ thread: Int32) -> ProcPath {
    guard thread != 0 else { return ProcPath(UInt32(bitPattern: pid), "/fd") }
    return ProcPath(UInt32(bitPattern: pid), "/task/\(thread)/fd")
  }

  /// The path of the process's `stat`, relative to its open table. So it is the file of the process that has the table,
  /// even if the process id has passed to another process.
  static func statPath(_ thread: Int32) -> ProcPath {
    ProcPath(thread == 0 ? "../stat" : "../../../stat")
  }

  /// Replaces links by newer ones of the same numbers, adds new numbers and removes the given ones.
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

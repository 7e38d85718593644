/// The result of a search: the holders of each wanted socket, and the sockets without a holder.
public struct OwnerReport: Sendable, Hashable, Codable {
  private let table: InodeTable
  /// The end of each inode's holders in the list of all holders, in the order of the table.
  private let ends: [UInt32]
  private let allHolders: [SocketHolder]

  /// The processes that hold wanted sockets, by ascending ids. A process that ended during the search may be missing.
  public let processes: [HoldingProcess]
  /// The sockets without a holder, each once. One entry with the inode 0 stands for all wanted sockets without an
  /// inode.
  public let missing: [MissingHolder]
  /// What the search could not see.
  public let obstacles: SearchObstacles
  /// What the search read.
  public let work: SearchWork

  /// The wanted inodes except 0, each once, in the order of the request.
  public var inodes: [UInt32] { table.inodes }

  /// The number of holders of all sockets.
  public var holderCount: Int { allHolders.count }

  /// All holders of a socket, by ascending process, thread and descriptor. The list is empty if no holder was found or
  /// the socket was not wanted.
  ///
  /// - Complexity: O(1), without allocation.
  public func holders(of inode: UInt32) -> ArraySlice<SocketHolder> {
    guard let index = table.index(of: inode), index < ends.count else { return [] }
    let start = index == 0 ? 0 : Int(ends[index - 1])
    let end = Int(ends[index])
    // A decoded report may contain any numbers.
    guard start <= end, end <= allHolders.count else { return [] }
    return allHolders[start..<end]
  }

  /// The possible reasons why a socket has no holder; `nil` if it has one or was not wanted.
  ///
  /// - Complexity: O(log n) in the number of sockets without a holder.
  public func reasons(for inode: UInt32) -> MissingHolder.Reasons? {
    if inode == 0 { return missing.first.flatMap { $0.inode == 0 ? $0.possibleReasons : nil } }
    guard let place = table.index(of: inode) else { return nil }
    // The list is in the order of the table, behind the entry for sockets without an inode.
    var range = missing.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      let entry = missing[middle]
      if entry.inode == inode { return entry.possibleReasons }
      let isBefore = (table.index(of: entry.inode) ?? -1) < place
      range = isBefore ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }

  /// The process with an id, if it holds a wanted socket.
  public func process(_ pid: Int32) -> HoldingProcess? {
    var range = 0..<processes.count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if processes[middle].pid == pid { return processes[middle] }
      range = processes[middle].pid < pid ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }

  init(
    _ table: InodeTable, ends: [UInt32], holders: [SocketHolder], processes: [HoldingProcess],
    missing: [MissingHolder], obstacles: SearchObstacles, work: SearchWork
  ) {
    self.table = table
    self.ends = ends
    allHolders = holders
    self.processes = processes
    self.missing = missing
    self.obstacles = obstacles
    self.work = work
  }
}

/// Who holds the sockets that were asked for.
public struct OwnerReport: Sendable, Hashable, Codable {
  private let table: InodeTable
  /// Where the holders of each inode end, in the order of the table.
  private let ends: [UInt32]
  private let allHolders: [SocketHolder]

  /// The processes among the holders, in ascending order of their ids. One that ended during the search may be missing.
  public let processes: [HoldingProcess]
  /// The sockets without holder, each once; the one with the inode 0, if it was asked for, stands for all of that kind.
  public let missing: [MissingHolder]
  /// What kept the search from seeing everything.
  public let obstacles: SearchObstacles
  /// What the search did.
  public let work: SearchWork

  /// The inodes that were asked for, but for 0, each once, in the order in which they were asked for.
  public var inodes: [UInt32] { table.inodes }

  /// The number of all holders of all sockets.
  public var holderCount: Int { allHolders.count }

  /// All holders of a socket, in ascending order of processes, threads and descriptors. Empty if none was found, and if
  /// the socket was not asked for.
  ///
  /// - Complexity: O(1), without allocation.
  public func holders(of inode: UInt32) -> ArraySlice<SocketHolder> {
    guard let index = table.index(of: inode), index < ends.count else { return [] }
    let start = index == 0 ? 0 : Int(ends[index - 1])
    let end = Int(ends[index])
    // A report may have been decoded from somebody's text.
    guard start <= end, end <= allHolders.count else { return [] }
    return allHolders[start..<end]
  }

  /// Why a socket has no holder; `nil` if it has one, or was not asked for.
  ///
  /// - Complexity: O(n) in the sockets without holder.
  public func reasons(for inode: UInt32) -> MissingHolder.Reasons? {
    missing.first { $0.inode == inode }?.possibleReasons
  }

  /// The process of a holder.
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
    _ table: InodeTable, _ claims: Claims, processes: [HoldingProcess], missing: [MissingHolder],
    obstacles: SearchObstacles, work: SearchWork
  ) {
    self.table = table
    (ends, allHolders) = claims.grouped()
    self.processes = processes
    self.missing = missing
    self.obstacles = obstacles
    self.work = work
  }
}

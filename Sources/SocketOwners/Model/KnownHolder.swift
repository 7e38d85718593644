/// A holder of a socket, with its process.
public struct KnownHolder: Sendable, Hashable, Codable {
  /// The descriptor that leads to the socket.
  public var holder: SocketHolder
  /// The process; `nil` if it ended before it was looked at.
  public var process: ProcessDetails?
  /// Whether the process inherited the socket, perhaps without knowing: its parent or another older process holds it by a
  /// descriptor of the same number.
  public var isInherited: Bool

  /// Creates a holder.
  public init(_ holder: SocketHolder, _ process: ProcessDetails?, isInherited: Bool = false) {
    (self.holder, self.process, self.isInherited) = (holder, process, isInherited)
  }
}

extension OwnerReport {
  /// The holders of a socket with their processes, those first that inherited nothing, otherwise in the order of
  /// ``holders(of:)``. Holders whose processes have ended are left out, unless all have.
  ///
  /// - Parameters:
  ///   - inode: The socket.
  ///   - details: What ``OwnerFinder/details(ofProcessesIn:)`` said of this report.
  public func knownHolders(of inode: UInt32, among details: [Int32: ProcessDetails]) -> [KnownHolder] {
    let holders = holders(of: inode, among: details)
    let inherits = inheritance(of: holders, among: details)
    // Most sockets have one holder, which did not inherit them.
    if inherits.isEmpty { return holders.map { KnownHolder($0, details[$0.pid]) } }
    let known = zip(holders, inherits).map { KnownHolder($0, details[$0.pid], isInherited: $1) }
    return known.filter { !$0.isInherited } + known.filter(\.isInherited)
  }

  /// Whether each of a socket's holders inherited it; empty if none did, which takes no allocation for a single holder.
  package func inheritance(
    of holders: ArraySlice<SocketHolder>, among details: [Int32: ProcessDetails]
  ) -> [Bool] {
    guard holders.count > 1 else { return [] }
    // By descriptor.
    var oldest: [UInt32: UInt64] = [:]
    var processes: [UInt32: Set<Int32>] = [:]
    for holder in holders where holder.threadID == nil {
      let start = process(holder.pid)?.startTicks ?? .max
      oldest[holder.descriptor] = min(oldest[holder.descriptor] ?? .max, start)
      processes[holder.descriptor, default: []].insert(holder.pid)
    }
    let inherits = holders.map { holder in
      if holder.threadID != nil { return false }
      // The clock ticks too slowly for a server that forks at once.
      let isChild = details[holder.pid]?.parent.map { processes[holder.descriptor]?.contains($0) == true } ?? false
      if isChild { return true }
      return oldest[holder.descriptor].map { $0 < process(holder.pid)?.startTicks ?? .max } ?? false
    }
    return inherits.contains(true) ? inherits : []
  }
}

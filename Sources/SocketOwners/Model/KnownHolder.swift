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
    // Most sockets have one holder, which did not inherit them.
    guard holders.count > 1 else { return holders.map { KnownHolder($0, details[$0.pid]) } }
    // By descriptor.
    var oldest: [UInt32: UInt64] = [:]
    var processes: [UInt32: Set<Int32>] = [:]
    for holder in holders where holder.threadID == nil {
      let start = process(holder.pid)?.startTicks ?? .max
      oldest[holder.descriptor] = min(oldest[holder.descriptor] ?? .max, start)
      processes[holder.descriptor, default: []].insert(holder.pid)
    }
    let known = holders.map { holder in
      let start = process(holder.pid)?.startTicks ?? .max
      let process = details[holder.pid]
      // The clock ticks too slowly for a server that forks at once.
      let isChild = process?.parent.map { processes[holder.descriptor]?.contains($0) == true } ?? false
      let isYounger = oldest[holder.descriptor].map { $0 < start } ?? false
      return KnownHolder(holder, process, isInherited: holder.threadID == nil && (isYounger || isChild))
    }
    return known.filter { !$0.isInherited } + known.filter(\.isInherited)
  }
}

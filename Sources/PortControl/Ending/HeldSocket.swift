public import SockDiag
public import SocketOwners

/// A socket with the processes that hold it.
public struct HeldSocket: Sendable, Hashable {
  /// The socket.
  public var socket: InetSocket
  /// The processes that hold it, those first that inherited nothing.
  public var holders: [KnownHolder]
  /// Why none is known; `nil` if some are.
  public var missing: MissingHolder.Reasons?

  /// Creates a socket.
  public init(_ socket: InetSocket, _ holders: [KnownHolder], missing: MissingHolder.Reasons? = nil) {
    (self.socket, self.holders, self.missing) = (socket, holders, missing)
  }
}

extension [HeldSocket] {
  /// Finds the processes that hold sockets.
  init(_ sockets: [InetSocket], by owners: inout OwnerFinder) throws(PortControlError) {
    self = []
    if sockets.isEmpty { return }
    let wanted = sockets.map { WantedSocket(inode: $0.inode, cgroupID: $0.cgroupID, uid: $0.uid) }
    do throws(SocketOwnersError) {
      let report = try owners.find(
        wanted, SearchOptions(.everyHolder, walkers: 2, trustsEarlierSearches: false))
      let details = owners.details(ofProcessesIn: report)
      self = sockets.map { socket in
        if socket.inode == 0 { return HeldSocket(socket, [], missing: .noProcess) }
        let holders = report.knownHolders(of: socket.inode, among: details)
        return HeldSocket(socket, holders, missing: holders.isEmpty ? report.reasons(for: socket.inode) ?? [] : nil)
      }
    } catch {
      throw PortControlError(error)
    }
  }

  /// The processes, as far as they were still there, each once for each socket, those first that inherited nothing.
  package var processes: [ProcessDetails] {
    flatMap { held in
      var seen: Set<Int32> = []
      return held.holders.filter { seen.insert($0.holder.pid).inserted }.compactMap(\.process)
    }
  }
}

internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// The processes that hold the sockets of a listing.
struct HolderBook {
  private let report: OwnerReport
  private let details: [Int32: ProcessDetails]
  /// Why sockets have no holder. The report would search its list for each.
  private let reasons: [UInt32: MissingHolder.Reasons]
  private let cache = ProcessCache()

  /// Looks for all processes that hold the sockets: a second one is often the surprise.
  init(_ sockets: some Collection<some KernelSocket>) throws(CommandFailure) {
    try self.init(wanted: sockets.map(WantedSocket.init))
  }

  /// The same for sockets of several families.
  init(wanted: [WantedSocket]) throws(CommandFailure) {
    var owners = try CommandFailure.findingHolders { () throws(SocketOwnersError) in try OwnerFinder() }
    try self.init(wanted: wanted, by: &owners)
  }

  /// Looks for the holders of sockets with a finder that is used again afterwards.
  init(_ sockets: some Collection<some KernelSocket>, by owners: inout OwnerFinder) throws(CommandFailure) {
    try self.init(wanted: sockets.map(WantedSocket.init), by: &owners)
  }

  /// The same in a search of many, which costs little if little has changed since the last one. It shows no progress.
  init(repeatedly sockets: [some KernelSocket], by owners: inout OwnerFinder) throws(CommandFailure) {
    try self.init(by: &owners) { owners throws(SocketOwnersError) in
      try owners.find(sockets.map(WantedSocket.init))
    }
  }

  private init(wanted: [WantedSocket], by owners: inout OwnerFinder) throws(CommandFailure) {
    try self.init(by: &owners) { owners throws(SocketOwnersError) in
      try Progress.during("looking for the processes of \(wanted.count.counted("socket"))") {
        () throws(SocketOwnersError) in
        try owners.find(wanted, SearchOptions(.everyHolder, walkers: 2, trustsEarlierSearches: false))
      }
    }
  }

  private init(
    by owners: inout OwnerFinder, _ search: (inout OwnerFinder) throws(SocketOwnersError) -> OwnerReport
  ) throws(CommandFailure) {
    do throws(SocketOwnersError) {
      report = try search(&owners)
      details = owners.details(ofProcessesIn: report)
      reasons = Dictionary(
        report.missing.map { ($0.inode, $0.possibleReasons) }, uniquingKeysWith: { first, _ in first })
    } catch {
      throw CommandFailure(.system, "the holders of sockets cannot be found: \(error)")
    }
  }

  /// The processes that hold a socket.
  func list(of socket: some KernelSocket) -> HolderList {
    if socket.inode == 0 { return HolderList(entries: [], reasons: .noProcess) }
    let holders = report.holders(of: socket.inode, among: details)
    if holders.isEmpty { return HolderList(entries: [], reasons: reasons[socket.inode] ?? []) }
    let inherits = report.inheritance(of: holders, among: details)
    let entries = holders.enumerated().map { index, holder in
      let process = details[holder.pid]
      return HolderList.Entry(
        holder: holder, process: process, fields: process.map(cache.fields),
        isInherited: inherits.isEmpty ? false : inherits[index])
    }
    if inherits.isEmpty { return HolderList(entries: entries) }
    return HolderList(entries: entries.filter { !$0.isInherited } + entries.filter(\.isInherited))
  }

  /// The processes of a socket for the conditions of a filter.
  private func filterHolders(of socket: some KernelSocket, _ filter: SocketFilter) -> [FilterHolder]? {
    let holders = socket.inode == 0 ? [] : report.holders(of: socket.inode, among: details)
    if holders.isEmpty {
      // An unknown process holds the socket: the filter is undecided. If some processes are known, they decide, although
      // an unreadable process could hold the socket too.
      let reasons: MissingHolder.Reasons = socket.inode == 0 ? .noProcess : reasons[socket.inode] ?? []
      return reasons.excludesProcesses ? [] : nil
    }
    return holders.map { cache.holder($0.pid, details[$0.pid], answering: filter) }
  }

  /// Whether a candidate passes the conditions of a filter about processes; `nil` if these are hidden from this user.
  func decides(_ holderPart: SocketFilter, _ socket: some FilterSubject) -> Bool? {
    holderPart == .everything ? true : holderPart.evaluate(socket, holders: filterHolders(of: socket, holderPart))
  }

  /// Whether the socket has holders that this user may not see.
  func hidesHolders(of socket: some KernelSocket) -> Bool { reasons[socket.inode]?.takesPrivilege == true }
}

extension WantedSocket {
  /// The keys by which the processes of a socket are found.
  init(_ socket: some KernelSocket) {
    self.init(inode: socket.inode, cgroupID: socket.cgroupID, uid: socket.uid)
  }
}

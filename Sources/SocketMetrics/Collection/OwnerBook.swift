internal import SockDiag
internal import SocketOwners

/// Counts sockets and traffic by what owns them.
struct OwnerBook: ~Copyable, Sendable {
  /// An owner: the processes of one name, a unit or a container.
  struct Name: Hashable, Comparable, Sendable {
    var text: String

    static func < (left: Name, right: Name) -> Bool { left.text < right.text }
  }

  /// The names of the owner of a socket.
  private struct Names: Sendable {
    var process: String?
    var unit: String?
    var container: String?

    subscript(kind: MetricsConfiguration.Owner) -> String? {
      switch kind {
      case .process: process
      case .unit: unit
      case .container: container
      }
    }
  }

  private var finder: OwnerFinder
  private let kinds: [MetricsConfiguration.Owner]
  private var ledgers: [MetricsConfiguration.Owner: TrafficLedger<Name>] = [:]
  private var gauges: [MetricsConfiguration.Owner: GaugeSets<Name>] = [:]
  /// The owners of the sockets of the last look: a socket that has ended has no holder to be found.
  private var known: [UInt32: Names] = [:]

  init(_ kinds: Set<MetricsConfiguration.Owner>, limit: Int, procRoot: String) throws(SocketOwnersError) {
    finder = try OwnerFinder(procRoot: procRoot)
    self.kinds = kinds.sorted { $0.rawValue < $1.rawValue }
    for kind in kinds {
      ledgers[kind] = TrafficLedger(limit: limit)
      gauges[kind] = GaugeSets(limit: limit)
    }
  }

  /// Adds the sockets of a look.
  ///
  /// - Returns: The families of each kind, and how many owners were counted together.
  mutating func add(_ held: [SocketLook.Held]) throws(SocketOwnersError) -> [OwnerFigures] {
    let present = held.filter(\.isPresent)
    let report = try finder.find(
      present.map { WantedSocket(inode: $0.inode, cgroupID: $0.cgroupID, uid: $0.uid) })
    let details = finder.details(ofProcessesIn: report)
    var names: [UInt32: Names] = [:]
    var namesByProcess: [Int32: Names] = [:]
    for socket in present {
      guard let holder = report.knownHolders(of: socket.inode, among: details).first, let process = holder.process
      else { continue }
      let pid = holder.holder.pid
      let owner = namesByProcess[pid] ?? Self.names(process)
      namesByProcess[pid] = owner
      names[socket.inode] = owner
    }
    var figures: [OwnerFigures] = []
    for kind in kinds {
      var look: [Name: (traffic: ServiceTraffic, sockets: Int)] = [:]
      for socket in held {
        // Sockets whose owner is unknown, or that has no such name, are counted together.
        guard let owner = names[socket.inode] ?? known[socket.inode], let name = owner[kind] else { continue }
        look[Name(text: name), default: (ServiceTraffic(), 0)].traffic += socket.traffic
        if socket.isPresent { look[Name(text: name), default: (ServiceTraffic(), 0)].sockets += 1 }
      }
      figures.append(self.figures(kind, look))
    }
    known = names
    return figures
  }

  private mutating func figures(
    _ kind: MetricsConfiguration.Owner, _ look: [Name: (traffic: ServiceTraffic, sockets: Int)]
  ) -> OwnerFigures {
    ledgers[kind]?.add(look)
    let sockets = gauges[kind]?.divide(look.mapValues(\.sockets), weight: { Double($0) }, merge: { $0 += $1 })
    return OwnerFigures(
      kind: kind, sockets: (sockets?.entries ?? []).map { ($0.key?.text, $0.value) }, cutSockets: sockets?.cut ?? 0,
      traffic: (ledgers[kind]?.entries ?? []).map { ($0.key?.text, $0.total) }, cutTraffic: ledgers[kind]?.cut ?? 0)
  }

  private static func names(_ process: ProcessDetails) -> Names {
    Names(
      process: process.name, unit: process.cgroup?.unit?.name, container: process.cgroup?.container?.shortID)
  }
}

/// What the sockets of the owners of one kind are and did.
struct OwnerFigures: Sendable {
  var kind: MetricsConfiguration.Owner
  /// By name; under `nil` those of all further owners.
  var sockets: [(name: String?, count: Int)]
  var cutSockets: Int
  var traffic: [(name: String?, total: ServiceTraffic)]
  var cutTraffic: Int
}

internal import SockDiag
internal import SocketOwners

/// What the diagnoses of one call have in common. Each part is read once, when the first of them needs it.
///
/// To find the sockets of a port, the kernel walks all sockets of the host. A hundred ports need no longer walk than one.
struct PortReadings {
  /// The ports that the requests name.
  let named: PortSet
  /// Whether a request leaves the port to the kernel. Then the sockets of all ports matter.
  let needsEveryPort: Bool
  let settings = KernelSettings()
  var lists: [TransportProtocol: PortList] = [:]
  var neighbours: Neighbours?
  /// The cgroup of this process, if it was read.
  var surroundings: CgroupPath??
  var origins: [Int32: ProcessOrigin] = [:]
  private var restraints: [AddressFamily: BindRestraints] = [:]

  init(_ requests: [BindRequest]) {
    named = PortSet(requests.lazy.map(\.local.port).filter { $0 != 0 }.map { $0...$0 })
    needsEveryPort = requests.contains { $0.local.port == 0 }
  }

  /// Creates readings for ports, of which each may be asked about.
  init(ports: PortSet) {
    named = ports
    needsEveryPort = false
  }

  /// The ports whose sockets are listed; `nil` for all.
  var ports: PortSet? { needsEveryPort ? nil : named }

  /// The filter for their sockets.
  var filter: SocketFilter { ports.map { .localPort(in: $0) } ?? .everything }

  mutating func restraints(_ family: AddressFamily) -> BindRestraints {
    if let known = restraints[family] { return known }
    let read = BindRestraints(family: family)
    restraints[family] = read
    return read
  }
}

/// The sockets of one protocol on the ports in question.
struct PortList {
  /// The sockets in all states and of both families, by their port.
  var sockets: [UInt16: [InetSocket]] = [:]
  /// What the list may lack.
  var blindSpots: BlindSpots = []
  /// Why `/proc/net` was read instead; `nil` if sock_diag answered.
  var substitution: SockDiagError?
  /// The processes that hold the sockets, if they were searched.
  var holders: ListedHolders?
}

/// The processes that hold the sockets of a list.
struct ListedHolders {
  /// `nil` if the search failed.
  var report: OwnerReport?
  var details: [Int32: ProcessDetails] = [:]
  /// The processes that are systemd's, which holds sockets for its `.socket` units.
  var activators: Set<Int32> = []
  /// The options that were read, by inode; `nil` if they cannot be read.
  var options: [UInt32: HeldSocketOptions?] = [:]
  /// The `.socket` units by their cgroup; `nil` for a cgroup of another kind.
  var socketUnits: [UInt64: SystemdUnit?] = [:]
}

/// The listeners on the ports in question in other network namespaces.
struct Neighbours {
  /// By protocol and port.
  var listeners: [TransportProtocol: [UInt16: [ListenerElsewhere]]] = [:]
  /// The namespaces.
  var namespaces: [NetworkNamespace] = []
  /// Whether a namespace may be missing, or could not be read.
  var isPartial = false
}

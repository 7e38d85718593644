internal import SockDiag
internal import SocketOwners

extension Diagnostician {
  /// Looks for listeners on the port in other network namespaces. Many people take them for the cause, but they never
  /// conflict.
  mutating func lookElsewhere(_ diagnosis: inout Diagnosis, _ readings: inout PortReadings) {
    let request = diagnosis.request
    var neighbours = readings.neighbours ?? neighbours()
    if neighbours.listeners[request.protocol] == nil { list(request.protocol, in: &neighbours, readings.named) }
    readings.neighbours = neighbours
    if neighbours.isPartial { diagnosis.blindSpots.insert(.otherNamespaces) }
    diagnosis.elsewhere = neighbours.listeners[request.protocol]?[request.local.port] ?? []
  }

  /// The other network namespaces.
  private mutating func neighbours() -> Neighbours {
    guard let (others, isComplete) = otherNamespaces() else { return Neighbours(isPartial: true) }
    return Neighbours(namespaces: others, isPartial: !isComplete)
  }

  /// The namespaces of other processes that can be told apart, and whether they are all; `nil` without proc.
  func otherNamespaces() -> (namespaces: [NetworkNamespace], isComplete: Bool)? {
    guard let all = try? NetworkNamespace.all(in: .processes).namespaces else { return nil }
    let own = inspector.networkNamespace
    let others = all.filter { $0 != own && !$0.isHidden }
    return (
      others.sorted { ($0.processes.first ?? 0) < ($1.processes.first ?? 0) }, !all.contains(where: \.isHidden)
    )
  }

  /// Lists the listeners of the other namespaces, by their port.
  private mutating func list(_ transport: TransportProtocol, in neighbours: inout Neighbours, _ ports: PortSet) {
    var listeners: [ListenerElsewhere] = []
    let query = SocketQuery(
      transport, states: transport == .tcp ? .listen : .close, matching: .localPort(in: ports))
    for namespace in neighbours.namespaces {
      do throws(SockDiagError) {
        var inspector = try SocketInspector(in: namespace)
        listeners += try inspector.dump(query).sockets.map {
          ListenerElsewhere(socket: $0, namespace: namespace.id.inode, process: nil)
        }
      } catch {
        // One that has ended has no listeners any more.
        if error.code != .namespaceGone { neighbours.isPartial = true }
      }
    }
    addProcesses(&listeners)
    neighbours.listeners[transport] = Dictionary(grouping: listeners) { $0.socket.local.port }
  }

  /// Adds a process that holds each of the sockets, by one search for all.
  private mutating func addProcesses(_ listeners: inout [ListenerElsewhere]) {
    let wanted = listeners.map {
      WantedSocket(inode: $0.socket.inode, cgroupID: $0.socket.cgroupID, uid: $0.socket.uid)
    }
    guard !wanted.isEmpty, let report = try? owners?.find(wanted, SearchOptions(.firstHolder)) else { return }
    let details = owners?.details(ofProcessesIn: report) ?? [:]
    for index in listeners.indices {
      guard let holder = report.holders(of: listeners[index].socket.inode, among: details).first else { continue }
      listeners[index].process = details[holder.pid]
    }
  }
}

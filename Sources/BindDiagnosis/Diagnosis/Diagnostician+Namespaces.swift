internal import SockDiag
internal import SocketOwners

extension Diagnostician {
  /// Looks for listeners on the port in other network namespaces. Many people take them for the cause, but they never
  /// conflict.
  mutating func lookElsewhere(_ diagnosis: inout Diagnosis, _ effort: Effort, _ readings: inout PortReadings) {
    let request = diagnosis.request
    var neighbours = readings.neighbours ?? neighbours()
    if neighbours.listeners[request.protocol] == nil {
      list(request.protocol, in: &neighbours, effort, readings.named)
    }
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
  private mutating func list(
    _ transport: TransportProtocol, in neighbours: inout Neighbours, _ effort: Effort, _ ports: PortSet
  ) {
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
    addProcesses(&listeners, effort)
    neighbours.listeners[transport] = Dictionary(grouping: listeners) { $0.socket.local.port }
  }

  /// Adds a process that holds each of the sockets: one of the same namespace, and if there is none, any other process, if
  /// such a search is asked for.
  private mutating func addProcesses(_ listeners: inout [ListenerElsewhere], _ effort: Effort) {
    let namespaces = Set(listeners.map(\.namespace))
    let near = namespaces.isEmpty ? nil : try? owners?.processes(inNetworkNamespaces: namespaces)
    if let near { addProcesses(&listeners, among: near) }
    if effort.contains(.ownersElsewhere) { addProcesses(&listeners, among: nil) }
  }

  /// Adds a process to each socket that has none yet, by one search for all.
  ///
  /// - Parameter pids: The processes to search; `nil` for all.
  private mutating func addProcesses(_ listeners: inout [ListenerElsewhere], among pids: [Int32]?) {
    let wanted = listeners.lazy.filter { $0.process == nil }.map { listener in
      WantedSocket(inode: listener.socket.inode, cgroupID: listener.socket.cgroupID, uid: listener.socket.uid)
    }
    guard !wanted.isEmpty, let report = find(Array(wanted), among: pids) else { return }
    let details = owners?.details(ofProcessesIn: report) ?? [:]
    for index in listeners.indices where listeners[index].process == nil {
      guard let holder = report.holders(of: listeners[index].socket.inode, among: details).first else { continue }
      listeners[index].process = details[holder.pid]
    }
  }

  private mutating func find(_ wanted: [WantedSocket], among pids: [Int32]?) -> OwnerReport? {
    guard let pids else { return try? owners?.find(wanted, SearchOptions(.firstHolder)) }
    return try? owners?.find(wanted, among: pids)
  }
}

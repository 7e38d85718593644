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
    guard let (processes, isComplete) = try? owners?.networkNamespaces() else { return Neighbours(isPartial: true) }
    let own = NetworkNamespaceID.ofCallingThread
    let others = processes.filter { $0.key != own }.sorted { $0.value < $1.value }
    return Neighbours(namespaces: others.map { (id: $0.key, process: $0.value) }, isPartial: !isComplete)
  }

  /// Lists the listeners of the other namespaces, by their port.
  private mutating func list(_ transport: TransportProtocol, in neighbours: inout Neighbours, _ ports: PortSet) {
    var listeners: [ListenerElsewhere] = []
    let query = SocketQuery(
      transport, states: transport == .tcp ? .listen : .close, matching: .localPort(in: ports))
    for (namespace, pid) in neighbours.namespaces ?? [] {
      do throws(SockDiagError) {
        var inspector = try SocketInspector(inNamespaceAt: "/proc/\(pid)/ns/net")
        listeners += try inspector.dump(query).sockets.map {
          ListenerElsewhere(socket: $0, namespace: namespace, process: nil)
        }
      } catch {
        neighbours.isPartial = true
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

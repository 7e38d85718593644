internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// The commands that end processes which are in the way, and nobody else.
///
/// `kill` takes a place, and whoever holds a socket there. So what it would take is looked up among the sockets of the
/// diagnosis before it is offered: who is harmless there, or is somebody's to stop, is not to be ended with the others.
struct EndingAdvice {
  private let diagnosis: Diagnosis
  private let requests: [BindRequest]
  private let namespace: String?

  /// - Parameter requests: What was asked, for each of the addresses that come out as this diagnosis does.
  init(_ diagnosis: Diagnosis, _ requests: [BindRequest], namespace: String?) {
    self.diagnosis = diagnosis
    self.requests = requests
    self.namespace = namespace
  }

  /// Commands that together end the processes.
  ///
  /// - Parameter takesConnections: Whether they have no more than connections on the port.
  func commands(for pids: [Int32], takesConnections: Bool) -> [String] {
    var left = Set(pids)
    var commands: [String] = []
    for place in places(of: left) where !left.isEmpty {
      guard let ended = processes(endedAt: place, takesConnections), !ended.isDisjoint(with: left) else { continue }
      let option = takesConnections ? ["--connections"] : []
      let suffix = ToolLine.suffix(diagnosis.request.protocol, namespace)
      commands.append((["sockdiag kill", ShellWord.quoted(place.text)] + option + suffix).joined(separator: " "))
      left.subtract(ended)
    }
    // No place is theirs alone.
    if !left.isEmpty { commands.append("kill " + left.sorted().map(String.init).joined(separator: " ")) }
    return commands
  }

  /// Where to look for them: at what was asked, or at their own addresses. A wildcard that was asked for is not among them,
  /// for `kill` takes `[::]` with IPv4.
  private func places(of pids: Set<Int32>) -> [PortArgument] {
    var places = asksForEverything ? [PortArgument(port: diagnosis.request.local.port)] : []
    if diagnosis.request.interfaceIndex == 0 {
      places += requests.map { PortPlace($0) }.filter { !$0.isWildcard }.map(\.argument)
    }
    let own = Set(
      diagnosis.blockers.filter { blocker in blocker.holders.contains { pids.contains($0.pid) } }
        .map { PortPlace($0.socket) })
    places += own.sorted { ($0.breadth, $0.text) < ($1.breadth, $1.text) }.map(\.argument)
    return places
  }

  /// Whether no socket of the port could be on an address that was not asked for.
  private var asksForEverything: Bool {
    let isDualStack = requests.contains { $0.local.address == .anyV6 && !$0.options.contains(.v6Only) }
    let hasBoth = Set(requests.map(\.local.address)).isSuperset(of: [.anyV4, .anyV6])
    return (isDualStack || hasBoth) && requests.allSatisfy { $0.interfaceIndex == 0 }
  }

  /// The processes that `kill` ends at a place; `nil` if there is one among them that is not to be ended, or may be.
  private func processes(endedAt port: PortArgument, _ takesConnections: Bool) -> Set<Int32>? {
    let selection = PortSelection(port: port, transports: [diagnosis.request.protocol])
    let found = PortSockets(diagnosis.sockets.map(\.socket), of: selection)
    let taken = Set((found.bound + (takesConnections ? found.connections : [])).map(\.inode))
    var ended: Set<Int32> = []
    for socket in diagnosis.sockets where taken.contains(socket.socket.inode) {
      // Whoever holds it, which is hidden, is not known to be in nobody's way elsewhere.
      if socket.processes.isEmpty, !socket.mayBlock { return nil }
      ended.formUnion(socket.processes.map(\.process.pid))
    }
    return ended.isSubset(of: endable) ? ended : nil
  }

  /// All that are to be ended as processes: not those that a manager stops, nor those of outgoing connections.
  private var endable: Set<Int32> {
    Set(
      diagnosis.remedies.flatMap { remedy -> [Int32] in
        switch remedy {
        case .endProcesses(let pids), .endConnectedProcesses(let pids): pids
        default: []
        }
      })
  }
}

internal import BindDiagnosis
internal import PortControl
internal import SockDiag
internal import SocketOwners

/// The commands that end blocking processes and no others.
///
/// `sockdiag kill` ends all processes that hold a socket at an address. Before the command is printed, this type looks up
/// which processes those are: it must not end harmless processes, or processes that a manager stops.
struct EndingAdvice {
  private let diagnosis: Diagnosis
  private let requests: [BindRequest]
  private let namespace: String?

  /// - Parameter requests: The requests with this diagnosis, one for each address.
  init(_ diagnosis: Diagnosis, _ requests: [BindRequest], namespace: String?) {
    self.diagnosis = diagnosis
    self.requests = requests
    self.namespace = namespace
  }

  /// The commands that together end the processes.
  ///
  /// - Parameter takesConnections: Whether the processes have only connections on the port.
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
    // Every address of these processes is shared with others.
    if !left.isEmpty { commands.append("kill " + left.sorted().map(String.init).joined(separator: " ")) }
    return commands
  }

  /// The addresses at which `kill` may find them: the requested ones, then their own. A requested wildcard is left out,
  /// because `kill` includes IPv4 in `[::]`.
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

  /// Whether the request includes every address.
  private var asksForEverything: Bool {
    let isDualStack = requests.contains { $0.local.address == .anyV6 && !$0.options.contains(.v6Only) }
    let hasBoth = Set(requests.map(\.local.address)).isSuperset(of: [.anyV4, .anyV6])
    return (isDualStack || hasBoth) && requests.allSatisfy { $0.interfaceIndex == 0 }
  }

  /// The processes that `kill` would end at an address; `nil` if one of them must not be ended, or may be such a process.
  private func processes(endedAt port: PortArgument, _ takesConnections: Bool) -> Set<Int32>? {
    let selection = PortArguments(port: port, transports: [diagnosis.request.protocol]).selection
    let found = PortSockets(diagnosis.sockets.map(\.socket), of: selection)
    let taken = Set((found.bound + (takesConnections ? found.connections : [])).map(\.inode))
    var ended: Set<Int32> = []
    for socket in diagnosis.sockets where taken.contains(socket.socket.inode) {
      // The hidden holder of a harmless socket must not be ended.
      if socket.processes.isEmpty, !socket.mayBlock { return nil }
      ended.formUnion(socket.processes.map(\.process.pid))
    }
    return ended.isSubset(of: endable) ? ended : nil
  }

  /// The processes that may be ended, without those that a manager stops and those with outgoing connections.
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

internal import SockDiag
internal import SockDiagWire
package import SocketOwners

/// The processes that a reader wants to know first: those of the blocking sockets of the most important kind.
package struct PortHolders {
  /// The sockets: all blockers of one use.
  package let sockets: [DiagnosedSocket]
  /// The processes that hold them, each once.
  package let processes: [ProcessDetails]
  /// The process that is named: the parent of the others, or else the first.
  package let leader: ProcessDetails?
  private let age: Duration?

  /// The holders of the port of a diagnosis.
  package init(_ diagnosis: Diagnosis) {
    // Blockers come in the order of their importance.
    let blockers = diagnosis.blockers
    let sockets = blockers.filter { $0.use == blockers.first?.use }
    var processes: [ProcessDetails] = []
    var seen: Set<Int32> = []
    for process in sockets.lazy.flatMap(\.processes) where seen.insert(process.process.pid).inserted {
      processes.append(process)
    }
    let leader = Self.leader(of: processes)
    self.sockets = sockets
    self.processes = processes
    self.leader = leader
    age = leader.flatMap { diagnosis.origins[$0.process.pid]?.age }
  }

  /// The use of the sockets.
  package var use: PortUse? { sockets.first?.use }

  /// The processes and the age of the first: `nginx (pid 80, root) and 4 workers, 4 sockets, up 2 d`; `nil` if none is
  /// known.
  package var words: String? {
    guard let leader else { return nil }
    return Self.list(leader, processes) + (processes.count > 1 && sockets.count > 1 ? ", \(sockets.count) sockets" : "")
      + (age.map { ", up \($0.ageWords)" } ?? "")
  }

  /// The parent of the others, or else the first.
  static func leader(of processes: [ProcessDetails]) -> ProcessDetails? {
    let parents = Set(processes.compactMap(\.parent))
    return processes.first { parents.contains($0.process.pid) } ?? processes.first
  }

  /// Processes with their leader first: `nginx (pid 80, root) and 4 workers`.
  static func list(_ leader: ProcessDetails, _ processes: [ProcessDetails]) -> String {
    let others = processes.filter { $0.process.pid != leader.process.pid }
    guard let other = others.first else { return leader.words }
    if others.count == 1, other.command != leader.command { return "\(leader.words) and \(other.words)" }
    let areWorkers = others.allSatisfy { $0.parent == leader.process.pid && $0.command == leader.command }
    return
      "\(leader.words) and \(others.count.counted(areWorkers ? "worker" : "more process", areWorkers ? nil : "more processes"))"
  }

  /// What the sockets are, where that is not plainly a server: `bound, not listening`, `3 connections (CLOSE_WAIT), no
  /// listener`.
  package var kindWords: String? {
    guard let first = sockets.first, let use else { return nil }
    let isTCP = first.socket.protocol == .tcp
    switch use {
    case .listener, .datagram: return nil
    case .boundInactive: return "bound, not listening"
    case .connection where isTCP: return "\(sockets.count.counted("connection")) \(stateWords), no listener"
    case .outgoingConnection where isTCP && sockets.count == 1:
      return "an outgoing connection to \(first.socket.remote)"
    case .outgoingConnection where isTCP: return sockets.count.counted("outgoing connection")
    case .connection, .outgoingConnection: return sockets.count.counted("connected UDP socket")
    case .orphan, .timeWait: return "\(sockets.count.counted("closed connection")) \(stateWords), no process"
    case .request, .unaccepted:
      return sockets.count.counted("connection that waits to be accepted", "connections that wait to be accepted")
    }
  }

  /// The states of the sockets: `(TIME_WAIT)`.
  private var stateWords: String { "(\(Self.states(sockets)))" }

  /// The states of sockets as people and manual pages spell them: `TIME_WAIT`, `FIN_WAIT_1, LAST_ACK`.
  static func states(_ sockets: [DiagnosedSocket]) -> String {
    var names: [String] = []
    for socket in sockets {
      let name = "\(socket.socket.state)".uppercased().replacing("-", with: "_")
      if !names.contains(name) { names.append(name) }
    }
    return names.joined(separator: ", ")
  }
}

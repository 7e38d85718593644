internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// Ends the processes that hold ports, in three steps: look, signal, observe.
///
/// A person reads and decides between the first two, and meanwhile processes come and go. So before each signal the process
/// is looked at again (`PortEnding+Signals.swift`). Then the port is observed (`PortEnding+Observation.swift`).
struct PortEnding: ~Copyable {
  let selection: PortSelection
  /// The sockets of the port at the first look.
  let found: PortSockets
  var plan: EndingPlan
  /// The processes that may start an ended process again.
  let restarters: PossibleRestarters
  var reader: PortReader
  var owners: OwnerFinder
  var diagnostician: Diagnostician
  /// The bind() calls that decide whether the port is free.
  let requests: [BindRequest]

  /// Looks at the ports.
  ///
  /// - Parameter takesConnections: Whether the owners of connections are ended too.
  init(_ selection: PortSelection, takesConnections: Bool) throws {
    var reader = try PortReader()
    var owners = try CommandFailure.findingHolders { () throws(SocketOwnersError) in try OwnerFinder() }
    var diagnostician = try Diagnostician()
    var found = try reader.sockets(selection)
    if selection.transports.contains(.tcp) {
      found.bound += try diagnostician.unreportedSockets(on: selection.ports(.tcp), besides: found.bound)
        .filter(selection.covers)
    }
    let sockets = found.bound + (takesConnections ? found.connections : [])
    let ownProcess = OwnProcess.current(owners)
    let plan = EndingPlan(selection, try [HeldSocket](sockets, by: &owners), ownProcess)
    // In a range only the ports count that somebody holds.
    let held = [TransportProtocol.tcp: found.ports(.tcp), .udp: found.ports(.udp)]
    let requests = try selection.requests(where: { port, transport in held[transport]?.contains(port) == true })
    restarters = PossibleRestarters(of: plan.signalled, besides: ownProcess, owners)
    (self.selection, self.found, self.plan, self.requests) = (selection, found, plan, requests)
    self.reader = reader
    self.owners = owners
    self.diagnostician = diagnostician
  }

  /// Why nothing can be ended; `nil` if there is a process to end.
  mutating func refusal() throws -> EndingRefusal? {
    guard plan.sockets.isEmpty else { return plan.refusal(socketUnits: socketUnits()) }
    if !found.connections.isEmpty {
      let isChoosable = KernelSettings().choosablePorts?.contains(selection.port.port) == true
      return .onlyConnections(try [HeldSocket](found.connections, by: &owners), isChoosable: isChoosable)
    }
    if let other = try holdersOfOtherProtocol() { return .onlyOtherProtocol(other.selection, other.processes) }
    return found.leftOver.isEmpty ? .noHolder : .onlyRecords(found.leftOver, expireIn: found.leftOverEnd)
  }

  /// The `.socket` units of the sockets that systemd holds, by the sockets' inodes. systemd makes a socket in the cgroup of
  /// the unit that it is for.
  mutating func socketUnits() -> [UInt32: SystemdUnit] {
    var units: [UInt32: SystemdUnit] = [:]
    // Finding a cgroup by its number takes a walk through the hierarchy.
    if plan.manager == nil { return units }
    for held in plan.sockets {
      guard let id = held.socket.cgroupID, let unit = owners.cgroup(id)?.unit, unit.name.hasSuffix(".socket") else {
        continue
      }
      units[held.socket.inode] = unit
    }
    return units
  }

  /// The holders of the same port of the other protocol, TCP or UDP; `nil` if both were asked about, or there are none.
  mutating func holdersOfOtherProtocol() throws -> (selection: PortSelection, processes: [ProcessDetails])? {
    guard let other = selection.ofOtherProtocol else { return nil }
    let held = try [HeldSocket](try reader.servers(other), by: &owners)
    return held.isEmpty ? nil : (other, held.processes)
  }
}

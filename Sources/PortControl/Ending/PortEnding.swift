internal import BindDiagnosis
internal import SockDiag
package import SocketOwners

/// Ends the processes that hold ports, in three steps: look, signal, observe.
///
/// ```swift
/// let ending = try await PortEnding.look(at: PortSelection(8080))
/// for target in ending.targets { print("would end \(target)") }
/// let report = try await ending.end()
/// print(report)
/// ```
///
/// A person reads and decides between the look and the signals, and meanwhile processes come and go. So before each
/// signal a process is looked at again: it is signalled through a pidfd, and only if it still holds one of the sockets.
/// Afterwards the port is observed, because a supervisor may start the server again.
///
/// The methods without `async` block the calling thread. The others work on a thread of their own.
public struct PortEnding: ~Copyable, Sendable {
  /// The ports.
  public let selection: PortSelection
  /// The sockets of the ports at the first look.
  public let found: PortSockets
  /// Why nothing can be ended; `nil` if there is a process to end.
  public let refusal: EndingRefusal?
  package var plan: EndingPlan
  /// The processes that may start an ended process again.
  let restarters: PossibleRestarters
  var reader: PortReader
  var owners: OwnerFinder
  var diagnostician: Diagnostician
  let viewpoint: PortViewpoint
  /// The bind() calls that decide whether the port is free.
  let requests: [BindRequest]

  /// The processes that hold the ports, in the order in which they are signalled: parents before their children.
  public var targets: [EndingTarget] { plan.targets }

  /// Looks at the ports. Nothing is signalled.
  ///
  /// - Parameters:
  ///   - selection: The ports. With an address, only sockets count that conflict with a bind() to that address.
  ///   - takesConnections: Whether the owners of connections are ended too. An outgoing connection can have any port.
  ///   - viewpoint: From where the ports are seen.
  /// - Throws: ``PortControlError`` if sockets or processes cannot be read. A ``refusal`` is no error.
  public init(
    _ selection: PortSelection, takesConnections: Bool = false, from viewpoint: PortViewpoint = .here
  ) throws(PortControlError) {
    var owners = try PortControlError.searching { () throws(SocketOwnersError) in try OwnerFinder() }
    var reader = try PortControlError.reading { () throws(SockDiagError) in try PortReader(from: viewpoint) }
    var diagnostician = try PortControlError.reading { () throws(SockDiagError) in try viewpoint.diagnostician() }
    var found: PortSockets
    do throws(SockDiagError) {
      found = try reader.sockets(selection)
      if selection.transports.contains(.tcp) {
        found.bound += try diagnostician.unreportedSockets(on: selection.ports(.tcp), besides: found.bound)
          .filter(selection.covers)
      }
    } catch {
      throw PortControlError(error)
    }
    let sockets = found.bound + (takesConnections ? found.connections : [])
    let ownProcess = OwnProcess.current(owners)
    let plan = EndingPlan(selection, try [HeldSocket](sockets, by: &owners), ownProcess)
    // In a range only the ports count that somebody holds.
    let held = [TransportProtocol.tcp: found.ports(.tcp), .udp: found.ports(.udp)]
    let refusal = try Self.refusal(plan, found, &reader, &owners)
    requests = selection.requests(where: { port, transport in held[transport]?.contains(port) == true })
    restarters = PossibleRestarters(of: plan.signalled, besides: ownProcess, owners)
    self.refusal = refusal
    (self.selection, self.found, self.plan, self.viewpoint) = (selection, found, plan, viewpoint)
    self.reader = reader
    self.owners = owners
    self.diagnostician = diagnostician
  }

  /// Looks at the ports on a thread of its own. Nothing is signalled.
  ///
  /// - Parameters:
  ///   - selection: The ports. With an address, only sockets count that conflict with a bind() to that address.
  ///   - takesConnections: Whether the owners of connections are ended too. An outgoing connection can have any port.
  ///   - viewpoint: From where the ports are seen.
  /// - Throws: ``PortControlError`` if sockets or processes cannot be read. A ``refusal`` is no error.
  public static func look(
    at selection: PortSelection, takesConnections: Bool = false, from viewpoint: PortViewpoint = .here
  ) async throws(PortControlError) -> PortEnding {
    let box = try await OwnThread.run { _ throws(PortControlError) in
      try viewpoint.prepare()
      return HandedOver(try PortEnding(selection, takesConnections: takesConnections, from: viewpoint))
    }
    return try box.take()
  }

  private static func refusal(
    _ plan: EndingPlan, _ found: PortSockets, _ reader: inout PortReader, _ owners: inout OwnerFinder
  ) throws(PortControlError) -> EndingRefusal? {
    guard plan.sockets.isEmpty else { return plan.refusal(socketUnits: socketUnits(plan, &owners)) }
    if !found.connections.isEmpty {
      let isChoosable = KernelSettings().choosablePorts?.contains(plan.selection.firstPort) == true
      return .onlyConnections(
        try [HeldSocket](found.connections, by: &owners), isChoosable: isChoosable, plan.selection)
    }
    if let other = try holdersOfOtherProtocol(plan.selection, &reader, &owners) {
      return .onlyOtherProtocol(other.selection, other.processes, plan.selection)
    }
    return found.leftOver.isEmpty
      ? .noHolder(plan.selection) : .onlyRecords(found.leftOver, expireIn: found.leftOverEnd, plan.selection)
  }

  /// The `.socket` units of the sockets that systemd holds, by the sockets' inodes. systemd makes a socket in the
  /// cgroup of the unit that it is for.
  static func socketUnits(_ plan: EndingPlan, _ owners: inout OwnerFinder) -> [UInt32: SystemdUnit] {
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
  package mutating func holdersOfOtherProtocol() throws(PortControlError) -> (
    selection: PortSelection, processes: [ProcessDetails]
  )? {
    try Self.holdersOfOtherProtocol(selection, &reader, &owners)
  }

  private static func holdersOfOtherProtocol(
    _ selection: PortSelection, _ reader: inout PortReader, _ owners: inout OwnerFinder
  ) throws(PortControlError) -> (selection: PortSelection, processes: [ProcessDetails])? {
    guard let other = selection.ofOtherProtocol else { return nil }
    let servers: [InetSocket]
    do throws(SockDiagError) { servers = try reader.servers(other) } catch { throw PortControlError(error) }
    let held = try [HeldSocket](servers, by: &owners)
    return held.isEmpty ? nil : (other, held.processes)
  }
}

internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// The processes to end.
package struct EndingPlan: Sendable {
  package let selection: PortSelection
  /// The sockets whose holders are to be ended.
  package let sockets: [HeldSocket]
  /// The processes that hold them, in the order in which they are signalled.
  ///
  /// Parents come before their children. A server that sees one of its workers end would start another, so it is
  /// signalled first. Most servers then end their workers themselves, in good order.
  package var targets: [EndingTarget]

  init(_ selection: PortSelection, _ sockets: [HeldSocket], _ ownProcess: OwnProcess) {
    self.selection = selection
    self.sockets = sockets
    var found: [Int32: (details: ProcessDetails, holds: [EndingTarget.Hold], places: [EndingTarget.SocketPlace])] = [:]
    for held in sockets {
      for entry in held.holders {
        // A process that ended before it was looked at needs no ending.
        guard let process = entry.process else { continue }
        let hold = EndingTarget.Hold(inode: held.socket.inode, holder: entry.holder)
        let place = EndingTarget.SocketPlace(port: held.socket.local.port, transport: held.socket.protocol)
        var target = found[process.process.pid] ?? (process, [], [])
        target.holds.append(hold)
        if !target.places.contains(place) { target.places.append(place) }
        found[process.process.pid] = target
      }
    }
    targets = Self.ordered(
      found.values.map { EndingTarget(details: $0.details, holds: $0.holds, ownProcess, places: $0.places) })
  }

  /// A plan for sockets of another kind.
  init(_ targets: [EndingTarget]) {
    (selection, sockets) = (PortSelection([]), [])
    self.targets = Self.ordered(targets)
  }

  /// Orders processes by age. A fork takes less than a tick of the clock, so parents are also put before their
  /// children.
  private static func ordered(_ targets: [EndingTarget]) -> [EndingTarget] {
    let byAge = targets.sorted {
      ($0.process.startTicks, $0.process.pid) < ($1.process.startTicks, $1.process.pid)
    }
    let byID = Dictionary(byAge.map { ($0.process.pid, $0) }, uniquingKeysWith: { first, _ in first })
    var result: [EndingTarget] = []
    var placed: Set<Int32> = []
    func place(_ target: EndingTarget) {
      guard placed.insert(target.process.pid).inserted else { return }
      if let parent = target.details.parent.flatMap({ byID[$0] }) { place(parent) }
      result.append(target)
    }
    for target in byAge { place(target) }
    return result
  }

  /// The processes that are signalled.
  package var signalled: [EndingTarget] { targets.filter(\.standing.isEndable) }

  /// The first process to be signalled that a unit, container or forwarder may start again.
  package var supervised: EndingTarget? { signalled.first { $0.supervision != nil } }

  /// The first of the processes that other programs depend on, and that is therefore never ended.
  package var manager: EndingTarget? { targets.first(where: \.standing.isManager) }

  /// The sockets of which no process is known.
  package var unheld: [HeldSocket] { sockets.filter(\.holders.isEmpty) }

  /// The ports without a socket, if there are ports with one. Of a range, that is all ports or none.
  package var idle: PortSelection? {
    let parts = selection.parts.filter { part in !sockets.contains { part.covers($0.socket) } }
    return parts.isEmpty || parts.count == selection.parts.count ? nil : PortSelection(parts)
  }

  /// Why nothing can be ended; `nil` if there is a process to end.
  ///
  /// - Parameter socketUnits: The `.socket` units of sockets, by the sockets' inodes.
  func refusal(socketUnits: [UInt32: SystemdUnit] = [:]) -> EndingRefusal? {
    let place = "\(selection)"
    if let manager {
      let holds = Set(manager.holds.map(\.inode))
      let unit = sockets.lazy.filter { holds.contains($0.socket.inode) }.compactMap { socketUnits[$0.socket.inode] }
      return .manager(manager, socketUnit: unit.first, holding: place)
    }
    if !signalled.isEmpty { return nil }
    if targets.contains(where: { $0.standing == .itself }) { return .onlyThisProcess(holding: place) }
    return unheld.isEmpty ? .holderHasEnded(selection) : .unknownHolders(unheld)
  }
}

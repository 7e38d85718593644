internal import BindDiagnosis
internal import Glibc
internal import SockDiag
internal import SocketOwners

/// Ends the processes that hold a port: a look, the signals, and a look at what is left.
///
/// The three are apart, for a person reads and decides between the first and the second, and meanwhile processes come and
/// go: so nothing is believed from the first look but whom to look at again.
struct PortEnding: ~Copyable {
  let selection: PortSelection
  /// What the port had at the first look.
  let found: PortSockets
  /// Who holds it.
  var plan: EndingPlan
  /// What has to be said about the look.
  private var remarks: Remarks
  var reader: PortReader
  var owners: OwnerFinder
  /// What `why` would be asked about the port.
  let requests: [BindRequest]
  var diagnostician: Diagnostician
  /// What may start an ended process again.
  let restarters: PossibleRestarters
  /// The namespace, as it was given.
  let namespace: String?

  /// Looks at the port.
  ///
  /// - Parameter takesConnections: Whether the holders of connections are meant too.
  init(_ selection: PortSelection, takesConnections: Bool, namespace: String? = nil) throws {
    var remarks = Remarks()
    var reader = try PortReader()
    var owners = try CommandFailure.findingHolders { () throws(SocketOwnersError) in try OwnerFinder() }
    var diagnostician = try Diagnostician()
    var found = try reader.look(selection, &remarks)
    if selection.transports.contains(.tcp) {
      found.holding += try diagnostician.unreportedSockets(on: selection.port.port, besides: found.holding)
        .filter(selection.covers)
    }
    let sockets = found.holding + (takesConnections ? found.connections : [])
    let held = try Self.holders(of: sockets, &owners)
    let ownProcess = OwnProcess.current(owners)
    let plan = EndingPlan(selection, held, ownProcess)
    let requests = try selection.requests()
    let restarters = PossibleRestarters(of: plan.signalled, besides: ownProcess, owners)
    (self.requests, self.restarters, self.namespace) = (requests, restarters, namespace)
    self.diagnostician = diagnostician
    (self.selection, self.found, self.plan, self.remarks) = (selection, found, plan, remarks)
    self.reader = reader
    self.owners = owners
  }

  /// The sockets with their holders.
  static func holders(
    of sockets: [InetSocket], _ owners: inout OwnerFinder
  ) throws(CommandFailure) -> [(socket: InetSocket, holders: HolderList)] {
    if sockets.isEmpty { return [] }
    let book = try HolderBook(sockets, by: &owners)
    return sockets.map { ($0, book.list(of: $0)) }
  }

  /// The processes that hold the connections.
  mutating func holdersOfConnections() throws(CommandFailure) -> [(socket: InetSocket, holders: HolderList)] {
    try Self.holders(of: found.connections, &owners)
  }

  /// The units that had sockets made for them, by the sockets' inodes. systemd makes a socket that it listens on in the
  /// cgroup of its unit.
  mutating func socketUnits() -> [UInt32: SystemdUnit] {
    var units: [UInt32: SystemdUnit] = [:]
    // The hierarchy is walked only where somebody wants to know.
    if plan.managers.isEmpty { return units }
    for (socket, _) in plan.sockets {
      guard let id = socket.cgroupID, let unit = owners.cgroup(id)?.unit, unit.name.hasSuffix(".socket") else {
        continue
      }
      units[socket.inode] = unit
    }
    return units
  }

  // MARK: Signals

  /// Signals the processes one after the other, waits for all together, and kills those that are left.
  ///
  /// - Parameters:
  ///   - options: With which signals, and how patiently.
  ///   - kernel: Who takes the signals.
  /// - Returns: What became of each target of the plan, in its order.
  func endAll(_ options: EndingOptions, by kernel: any ProcessSignals = KernelSignals()) -> [EndingOutcome] {
    let meant = Set(plan.signalled.map(\.process.pid))
    var outcomes = plan.targets.map { _ in EndingOutcome.spared }
    // A descriptor for each of them, and a shell allows 1024.
    if plan.targets.count > 500 { Descriptors.raiseLimit() }
    // Opened before the first signal: what it ends may be reaped at once.
    var watches = plan.targets.map { meant.contains($0.process.pid) ? owners.watch($0.process) : nil }
    // Where descriptors ran out, some are given back, for a signal takes a few. Who is not watched is looked at.
    let isShort = zip(plan.targets, watches).contains { meant.contains($0.process.pid) && $1 == nil }
    if isShort { for index in watches.indices.filter({ watches[$0] != nil }).suffix(16) { watches[index] = nil } }
    for (index, target) in plan.targets.enumerated() where meant.contains(target.process.pid) {
      outcomes[index] = send(options.signal, to: target, by: kernel)
    }
    settle(&outcomes, watches, by: .ended, within: options.grace)
    guard options.kills, options.signal != .kill else { return outcomes }
    for (index, target) in plan.targets.enumerated() where outcomes[index] == .running {
      let result = send(.kill, to: target, by: kernel)
      // It did as it was told between the two looks.
      outcomes[index] = result == .gone ? .ended : result == .notHolding ? .released : result
    }
    // Not even SIGKILL ends a process that waits for a disk, which may take for ever.
    settle(&outcomes, watches, by: .killed, within: .seconds(5))
    return outcomes
  }

  /// - Returns: ``EndingOutcome/running`` where the signal was sent.
  private func send(
    _ signal: SignalArgument, to target: EndingTarget, by kernel: any ProcessSignals
  ) -> EndingOutcome {
    var outcome = EndingOutcome.notHolding
    // One socket that it still holds is enough, and one signal.
    for hold in target.holds {
      switch owners.signal(signal.number, hold.holder, of: hold.inode, process: target.process, by: kernel) {
      case .signalled: return .running
      case .gone: return .gone
      case .noLongerHolds: continue
      case .denied(let errno): outcome = .denied(errno)
      case .unsupported(let errno): outcome = .failed(errno)
      }
    }
    return outcome
  }

  /// Waits for those that were signalled.
  private func settle(
    _ outcomes: inout [EndingOutcome], _ watches: [ProcessWatch?], by end: EndingOutcome, within time: Duration
  ) {
    let waiting = outcomes.indices.filter { outcomes[$0] == .running }
    let deadline = ContinuousClock.now + time
    _ = ProcessWatch.wait(for: waiting.compactMap { watches[$0] }, until: deadline)
    for index in waiting {
      if let watch = watches[index] {
        // In this order, for a process closes its descriptors before it has ended.
        let holds = holdsAny(plan.targets[index])
        if watch.hasEnded { outcomes[index] = end } else if !holds { outcomes[index] = .released }
      } else {
        // It could not be opened a second time. Nothing wakes this thread then.
        while holdsAny(plan.targets[index]), ContinuousClock.now < deadline { usleep(20_000) }
        if !holdsAny(plan.targets[index]) {
          outcomes[index] = endsSoon(plan.targets[index]) ? end : .released
        }
      }
    }
  }

  /// Whether a process that has closed its sockets ends within a moment.
  private func endsSoon(_ target: EndingTarget) -> Bool {
    guard let watch = owners.watch(target.process) else { return true }
    return ProcessWatch.wait(for: [watch], until: .now + .milliseconds(200)) == [true]
  }

  /// Whether a process still has one of its sockets. What may not be read is taken for held.
  private func holdsAny(_ target: EndingTarget) -> Bool {
    target.holds.contains { owners.verify($0.holder, of: $0.inode, process: target.process) ?? true }
  }

  // MARK: Afterwards

  /// The holders of the port of the other protocol, of TCP or UDP, which nobody asked about.
  mutating func holdersOfOtherProtocol() throws -> (selection: PortSelection, names: [String])? {
    guard selection.transports.count == 1 else { return nil }
    var other = selection
    other.transports = selection.transports == [.udp] ? [.tcp] : [.udp]
    let held = try Self.holders(of: try reader.servers(other), &owners)
    if held.isEmpty { return nil }
    return (other, held.flatMap { $0.holders.byProcess }.compactMap { $0.first?.process?.cellName })
  }

  /// Takes what has to be said.
  mutating func takeRemarks() -> Remarks {
    defer { remarks = Remarks() }
    return remarks
  }
}

extension CommandFailure {
  /// Runs a search, whose error is about this command's errand.
  static func findingHolders<Value: ~Copyable>(
    _ body: () throws(SocketOwnersError) -> Value
  ) throws(CommandFailure) -> Value {
    do throws(SocketOwnersError) { return try body() } catch {
      throw CommandFailure(.system, "the holders of sockets cannot be found: \(error)")
    }
  }
}

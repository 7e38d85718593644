internal import BindDiagnosis
internal import Glibc
internal import SockDiag
internal import SocketOwners

extension PortEnding {
  /// How long a free port is observed where nothing is known that could start a server again: systemd waits 100 ms by
  /// default (`RestartSec=`), and other programs are quick too.
  static let briefObservation = Duration.milliseconds(300)

  /// Observes the port until a restart would have happened, and then diagnoses it.
  ///
  /// The kernel announces the end of a socket, but not a new one. It lists listeners alone in microseconds, so they are
  /// read twenty times a second. A diagnosis takes a walk over the sockets of the host, and is made for a sixth of the
  /// time at most.
  ///
  /// - Parameters:
  ///   - time: How long the port is observed where something may start the server again, or where the blockers may go
  ///     by themselves.
  ///   - outcomes: The outcomes of the targets.
  ///   - isCancelled: Whether to end early, with the diagnosis of that moment.
  package mutating func observePort(
    for time: Duration, after outcomes: [EndingOutcome], isCancelled: () -> Bool = { false }
  ) throws(PortControlError) -> PortAfterEnding {
    let start = ContinuousClock.now
    var end = start + time
    let briefEnd = start + min(time, Self.briefObservation)
    var isProlonged = false
    var nextDiagnosis = start
    var diagnoses: [Diagnosis] = []
    var newServers = NewServers()
    while true {
      let now = ContinuousClock.now
      try note(&newServers, now)
      if now >= nextDiagnosis || now >= end {
        diagnoses = try diagnose([])
        nextDiagnosis = .now + max(.milliseconds(100), now.duration(to: .now) * 5)
      }
      if now >= end {
        // A new process that does not hold the port yet gets the same time once more.
        guard !isProlonged, diagnoses.verdict == .free, !restarters.newChildren(owners).isEmpty else { break }
        isProlonged = true
        end = now + time
      }
      if newServers.areSteady(at: now) { break }
      if hasSettled(diagnoses, outcomes, left: now.duration(to: end), isBriefOver: now >= briefEnd) { break }
      if isCancelled() { break }
      usleep(50_000)
    }
    return portAfterEnding(try diagnose([.owners, .heldOptions]), newServers.holders)
  }

  /// Notes the servers that are on the port now and were not there before.
  private mutating func note(_ newServers: inout NewServers, _ now: ContinuousClock.Instant) throws(PortControlError) {
    let known = Set(plan.sockets.map(\.socket.inode))
    let ports = Set(requests.map(\.local.port))
    var servers: [InetSocket]
    do throws(SockDiagError) { servers = try reader.servers(selection) } catch { throw PortControlError(error) }
    servers = servers.filter { !known.contains($0.inode) && ports.contains($0.local.port) }
    newServers.keep(Set(servers.map(\.inode)))
    for server in servers where !newServers.contains(server.inode) {
      newServers.add(server.inode, try [HeldSocket]([server], by: &owners), at: now)
    }
  }

  /// Whether the verdict is not expected to change any more.
  private func hasSettled(
    _ diagnoses: [Diagnosis], _ outcomes: [EndingOutcome], left: Duration, isBriefOver: Bool
  ) -> Bool {
    let isConflict = diagnoses.verdict == .conflict
    // A process that did not end keeps the port.
    if isConflict, !outcomes.allSatisfy(\.releasesPort) { return true }
    guard isBriefOver, !mayBeStartedAgain else { return false }
    guard isConflict else { return true }
    // Workers may still end. Only timers that run longer than the observation are not worth the wait.
    return diagnoses.filter { $0.verdict == .conflict }.allSatisfy { diagnosis in
      diagnosis.blockers.allSatisfy { blocker in
        switch blocker.release {
        case .after(let rest), .afterOrLater(let rest): rest > left
        case .whenPeerAnswers, .whenClosed: false
        }
      }
    }
  }

  private var mayBeStartedAgain: Bool {
    plan.supervised != nil || !restarters.living(owners).isEmpty
  }

  private mutating func diagnose(_ effort: Diagnostician.Effort) throws(PortControlError) -> [Diagnosis] {
    do throws(SockDiagError) { return try diagnostician.diagnose(requests, effort) } catch {
      throw PortControlError(error)
    }
  }

  /// - Parameter holders: The processes that held new servers meanwhile.
  private func portAfterEnding(_ diagnoses: [Diagnosis], _ holders: [ProcessDetails]) -> PortAfterEnding {
    var port = PortAfterEnding(selection, diagnoses)
    var found = Set(plan.targets.map(\.process))
    // The owner of a connection was there before, and was left alone.
    let blockers = port.blockers.filter { ![.connection, .outgoingConnection].contains($0.use) }
    for details in blockers.flatMap(\.processes) + holders where found.insert(details.process).inserted {
      port.unlistedHolders.append(unlisted(details))
    }
    for details in restarters.newChildren(owners) where found.insert(details.process).inserted {
      port.startedProcesses.append(unlisted(details))
    }
    return port
  }

  private func unlisted(_ details: ProcessDetails) -> UnlistedProcess {
    // A unit that runs the new process has started it again only if it ran an ended one.
    let supervision = details.supervision(holding: selection.firstPort)
    if supervision != nil, plan.targets.contains(where: { $0.supervision == supervision }) {
      return UnlistedProcess(details: details, supervision: supervision)
    }
    return UnlistedProcess(details: details, starter: restarters.starter(of: details, owners))
  }
}

/// The servers that appear on a port while it is observed.
private struct NewServers {
  private struct Server {
    /// When it appeared; `nil` once it is gone.
    var since: ContinuousClock.Instant?
    var holders: [ProcessDetails]
  }

  private var servers: [UInt32: Server] = [:]

  /// How long a server has to keep the port to count as started again.
  private static let steadyTime = Duration.seconds(1)

  func contains(_ inode: UInt32) -> Bool { servers[inode] != nil }

  mutating func add(_ inode: UInt32, _ held: [HeldSocket], at now: ContinuousClock.Instant) {
    servers[inode] = Server(since: now, holders: held.flatMap { $0.holders.compactMap(\.process) })
  }

  /// Notes that all servers but these are gone. They stay on the list, since they did hold the port.
  mutating func keep(_ inodes: Set<UInt32>) {
    for inode in servers.keys where !inodes.contains(inode) { servers[inode]?.since = nil }
  }

  func areSteady(at now: ContinuousClock.Instant) -> Bool {
    servers.values.contains { server in server.since.map { $0 + Self.steadyTime <= now } ?? false }
  }

  /// The processes that held them.
  var holders: [ProcessDetails] { servers.values.flatMap(\.holders) }
}

internal import BindDiagnosis
internal import Glibc
internal import SockDiag
internal import SocketOwners

extension PortEnding {
  /// How long a port that is free is watched where nothing is known that could start a server again: systemd waits 100 ms
  /// by default (`RestartSec=`), and what takes over from an ended process is quick.
  static let briefWatch = Duration.milliseconds(300)
  /// How long a server that was started again has to keep the port before the watch ends early.
  static let steadyTime = Duration.seconds(1)

  /// Watches the port until a restart has had its time, and says what `why` says then.
  ///
  /// The kernel announces the end of a socket and never its beginning. But listeners alone are asked for in microseconds, so
  /// they are looked at twenty times a second; what `why` says takes a walk over the sockets of the host, and is asked for
  /// at most a sixth of the time.
  ///
  /// - Parameters:
  ///   - settle: How long the port is watched where something may start the server again, or where what is in the way may
  ///     go by itself.
  ///   - outcomes: What became of the targets.
  mutating func result(within settle: Duration, after outcomes: [EndingOutcome]) throws -> PortAfterEnding {
    let start = ContinuousClock.now
    var end = start + settle
    let brief = start + min(settle, Self.briefWatch)
    var isProlonged = false
    var nextLook = start
    var diagnoses: [Diagnosis] = []
    var appeared: [UInt32: (time: ContinuousClock.Instant, holders: [ProcessDetails])] = [:]
    while true {
      let now = ContinuousClock.now
      try note(&appeared, now)
      if now >= nextLook || now >= end {
        diagnoses = try diagnose([])
        nextLook = .now + max(.milliseconds(100), now.duration(to: .now) * 5)
      }
      if now >= end {
        // A program that takes long to start gets the same time once more.
        guard !isProlonged, WhyStatus(diagnoses) == .free, !restarters.newChildren(owners).isEmpty else { break }
        isProlonged = true
        end = now + settle
      }
      let steady = appeared.values.contains { $0.time + Self.steadyTime <= now }
      if hasSettled(diagnoses, outcomes, left: now.duration(to: end), isBriefOver: now >= brief, steady) { break }
      usleep(50_000)
    }
    let verdict = try diagnose([.owners, .heldOptions])
    return result(of: verdict, appeared.values.flatMap { $0.holders })
  }

  /// Looks at the servers on the port. Those that were not there before are noted with their processes.
  private mutating func note(
    _ appeared: inout [UInt32: (time: ContinuousClock.Instant, holders: [ProcessDetails])],
    _ now: ContinuousClock.Instant
  ) throws {
    let known = Set(plan.sockets.map(\.socket.inode))
    let servers = try reader.servers(selection).filter { !known.contains($0.inode) }
    let inodes = Set(servers.map(\.inode))
    // One that went again was not steady, but it was there.
    for inode in appeared.keys where !inodes.contains(inode) { appeared[inode]?.time = .now + .seconds(3600) }
    for server in servers where appeared[server.inode] == nil {
      let list = try Self.holders(of: [server], &owners)
      appeared[server.inode] = (now, list.flatMap { $0.holders.entries.compactMap(\.process) })
    }
  }

  /// Whether nothing is to be expected any more that would change the verdict.
  private func hasSettled(
    _ diagnoses: [Diagnosis], _ outcomes: [EndingOutcome], left: Duration, isBriefOver: Bool, _ isSteady: Bool
  ) -> Bool {
    let isConflict = WhyStatus(diagnoses) == .conflict
    // A process that did not end keeps the port.
    if isConflict, outcomes.contains(where: { $0.status != .success }) { return true }
    if isSteady { return true }
    guard isBriefOver, !mayBeStartedAgain else { return false }
    guard isConflict else { return true }
    return diagnoses.filter { $0.verdict == .conflict }.allSatisfy { diagnosis in
      diagnosis.blockers.allSatisfy { blocker in
        switch blocker.release {
        case .after(let rest), .afterOrLater(let rest): rest > left
        case .whenPeerAnswers, .whenClosed: false
        }
      }
    }
  }

  /// Whether something may start an ended process again.
  private var mayBeStartedAgain: Bool {
    plan.signalled.contains { $0.supervisor != nil } || !restarters.living(owners).isEmpty
  }

  private mutating func diagnose(_ effort: Diagnostician.Effort) throws -> [Diagnosis] {
    var diagnoses: [Diagnosis] = []
    for request in requests { diagnoses.append(try diagnostician.diagnose(request, effort)) }
    return diagnoses
  }

  private func result(of diagnoses: [Diagnosis], _ seen: [ProcessDetails]) -> PortAfterEnding {
    var result = PortAfterEnding(selection: selection, diagnoses: diagnoses, namespace: namespace)
    let known = Set(plan.targets.map(\.process))
    var found: Set<HoldingProcess> = known
    // The owner of a connection was there before, and was left alone.
    let holding = result.blockers.filter { ![.connection, .outgoingConnection].contains($0.use) }
    for details in holding.flatMap(\.processes) + seen where found.insert(details.process).inserted {
      result.unlistedHolders.append(unlisted(details))
    }
    for details in restarters.newChildren(owners) where found.insert(details.process).inserted {
      result.startedProcesses.append(unlisted(details))
    }
    return result
  }

  private func unlisted(_ details: ProcessDetails) -> UnlistedProcess {
    // What ran the old process runs the new one. Other units are only named where they are the same.
    let target = EndingTarget(details: details, holds: [], OwnProcess(pid: 0), selection)
    let supervisor = plan.targets.first { $0.supervisor != nil && $0.supervisor == target.supervisor }?.supervisor
    return UnlistedProcess(
      details: details, supervisor: supervisor, starter: supervisor == nil ? restarters.starter(of: details, owners) : nil
    )
  }
}

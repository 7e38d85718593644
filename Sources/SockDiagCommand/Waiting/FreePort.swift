internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// A port that is to become free, as `why` understands it.
struct FreePort: Awaited, ~Copyable {
  private let requests: [BindRequest]
  private let hint: String
  private let probes: Bool
  private var diagnostician: Diagnostician
  private var watch: PortWatch
  private var schedule = LookSchedule()
  /// What was found out last with every effort.
  private(set) var examined: [Diagnosis] = []
  private var examination: Examination?

  /// What stood in the way when it was examined who holds it and with which options.
  private struct Examination {
    var seen: Set<Blocker>
    var blocking: Set<Blocker>
    var time: ContinuousClock.Instant
  }

  /// A socket in the way of one of the requests.
  private struct Blocker: Hashable {
    var request: Int
    var cookie: SocketCookie?
    var state: SocketState
    var local: SocketAddress
    var remote: SocketAddress
  }

  /// - Parameters:
  ///   - requests: What is to be possible, all of it.
  ///   - probes: Whether a live bind decides.
  ///   - hint: The command that tells more.
  init(
    _ requests: [BindRequest], probes: Bool, hint: String, usesEvents: Bool = true
  ) throws {
    let diagnostician = try Diagnostician()
    guard let first = requests.first else { throw CommandFailure.usage("there is no address to wait for") }
    self.diagnostician = diagnostician
    self.requests = requests
    self.probes = probes
    self.hint = hint
    watch = PortWatch(first.protocol, usesEvents: usesEvents)
  }

  var descriptors: [Int32] { watch.descriptors }

  mutating func hear() -> Bool { watch.hear() }

  mutating func look() throws -> Sight {
    let seen = try diagnose([])
    // What no option is known of and yet free is free.
    if try Self.isFree(seen, hint) { return .isSo }
    let blockers = Self.blockers(seen)
    if isExaminationDue(Set(blockers.map(\.key))) {
      examined = try diagnose([.owners, .heldOptions])
      if try Self.isFree(examined, hint) { return .isSo }
      examination = Examination(
        seen: Set(blockers.map(\.key)), blocking: Set(Self.blockers(examined).map(\.key)), time: .now)
    }
    // Without their options more sockets seem to be in the way than are.
    let blocking = examination?.blocking ?? []
    let present = blockers.filter { blocking.contains($0.key) }
    let releases = present.map(\.socket.release)
    let timer = LookSchedule.timer(releases)
    if timer != nil {
      watch.end()
    } else {
      if watch.begin() { return .notYet(prospect(.zero, nil)) }
      watch.follow(
        Set(present.compactMap(\.key.cookie)),
        heldBy: Set(examined.flatMap(\.blockers).flatMap { $0.holders.map(\.pid) }))
    }
    return .notYet(prospect(schedule.pause(releases, hearsEnds: watch.hearsEnds), timer))
  }

  /// The sockets in the way, with what tells them from each other.
  private static func blockers(_ diagnoses: [Diagnosis]) -> [(key: Blocker, socket: DiagnosedSocket)] {
    diagnoses.enumerated().flatMap { index, diagnosis in
      diagnosis.blockers.map { blocker in
        let socket = blocker.socket
        return (
          Blocker(
            request: index, cookie: socket.cookie, state: socket.state, local: socket.local, remote: socket.remote),
          blocker
        )
      }
    }
  }

  private func prospect(_ pause: Duration, _ timer: Duration?) -> Prospect {
    Prospect(
      lookAfter: pause, expected: timer, obstacle: WaitText.obstacle(examined),
      remark: WaitText.dependence(examined, probes: probes))
  }

  /// Who holds a socket takes a walk through the descriptors of all processes to find out, so that is done when other
  /// sockets are in the way than before, and otherwise only now and then: an option may have been set.
  private func isExaminationDue(_ seen: Set<Blocker>) -> Bool {
    guard let examination else { return true }
    return seen != examination.seen || examination.time.duration(to: .now) >= LookSchedule.checkOfTimers
  }

  private mutating func diagnose(_ effort: Diagnostician.Effort) throws(SockDiagError) -> [Diagnosis] {
    var diagnoses: [Diagnosis] = []
    for request in requests {
      diagnoses.append(try diagnostician.diagnose(request, probes ? effort.union(.probe) : effort))
    }
    return diagnoses
  }

  /// - Throws: `CommandFailure` for an error that no waiting cures.
  private static func isFree(_ diagnoses: [Diagnosis], _ hint: String) throws(CommandFailure) -> Bool {
    for diagnosis in diagnoses {
      if case .error(let error) = diagnosis.verdict { throw WaitText.failure(error, diagnosis, hint) }
    }
    // A list that changed while it was read may lack the one socket that matters.
    return diagnoses.allSatisfy { $0.verdict == .free && !$0.blindSpots.contains(.incompleteList) }
  }
}

internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// A port that is to become free, as `why` understands it.
struct FreePortGoal: WaitGoal, ~Copyable {
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
    /// What seems to be in the way as long as its options are not known.
    var harmless: Set<Blocker>
    var time: ContinuousClock.Instant
    var cost: Duration
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
  ///   - watch: Makes the watch that hears when a socket ends.
  init(
    _ requests: [BindRequest], probes: Bool, hint: String,
    watch: (TransportProtocol) -> PortWatch = { PortWatch($0) }
  ) throws {
    let diagnostician = try Diagnostician()
    guard let first = requests.first else { throw CommandFailure.usage("there is no address to wait for") }
    self.diagnostician = diagnostician
    self.requests = requests
    self.probes = probes
    self.hint = hint
    self.watch = watch(first.protocol)
  }

  var descriptors: [Int32] { watch.descriptors }

  mutating func drainEvents() -> Bool { watch.drainEvents() }

  mutating func look() throws -> LookResult {
    let seen = try diagnose([])
    // What no option is known of and yet free is free.
    if try Self.isFree(seen, hint) { return .isReached }
    let blockers = Self.blockers(seen)
    let keys = Set(blockers.map(\.key))
    let isConflict = seen.contains { $0.verdict == .conflict }
    if examinationDelay(keys, isConflict) <= .zero, try isFreeOnExamination(keys) { return .isReached }
    let harmless = examination?.harmless ?? []
    let present = blockers.filter { !harmless.contains($0.key) }
    let releases = present.map(\.socket.release)
    let timer = LookSchedule.timer(releases)
    if timer != nil {
      watch.end()
    } else {
      if watch.begin() { return .notYet(status(.zero, nil)) }
      watch.follow(
        Set(present.compactMap(\.key.cookie)),
        heldBy: Set(examined.flatMap(\.blockers).flatMap { $0.holders.map(\.pid) }))
    }
    let pause = schedule.pause(releases, receivesEvents: watch.receivesEvents)
    return .notYet(status(min(pause, max(examinationDelay(keys, isConflict), .milliseconds(1))), timer))
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

  private func status(_ pause: Duration, _ timer: Duration?) -> WaitStatus {
    WaitStatus(
      lookAfter: pause, expected: timer, obstacle: WaitText.obstacle(examined),
      remark: WaitText.dependence(examined, probes: probes))
  }

  /// Finds out with every effort.
  private mutating func isFreeOnExamination(_ seen: Set<Blocker>) throws -> Bool {
    let begin = ContinuousClock.now
    examined = try diagnose([.owners, .heldOptions])
    if try Self.isFree(examined, hint) { return true }
    let end = ContinuousClock.now
    examination = Examination(
      seen: seen, harmless: seen.subtracting(Self.blockers(examined).map(\.key)), time: end,
      cost: begin.duration(to: end))
    return false
  }

  /// How long until an examination is due.
  ///
  /// Who holds a socket takes a walk through the descriptors of all processes to find out. So that is done when other
  /// sockets are in the way than before, and never for more than a sixth of the time: a busy server that is shut down
  /// changes what is in the way all the while. If nothing changes it is done now and then, for an option may be set.
  private func examinationDelay(_ seen: Set<Blocker>, _ isConflict: Bool) -> Duration {
    guard let examination else { return .zero }
    let age = examination.time.duration(to: .now)
    guard seen != examination.seen else { return LookSchedule.checkOfTimers - age }
    // What is in the way whatever the options are leaves nothing to find out but names.
    return max(examination.cost * 5, isConflict ? .seconds(1) : .zero) - age
  }

  private mutating func diagnose(_ effort: Diagnostician.Effort) throws(SockDiagError) -> [Diagnosis] {
    var diagnoses: [Diagnosis] = []
    for request in requests {
      diagnoses.append(try diagnostician.diagnose(request, probes ? effort.union(.probe) : effort))
    }
    return diagnoses
  }

  /// - Throws: `CommandFailure` for an error that no waiting cures.
  static func isFree(_ diagnoses: [Diagnosis], _ hint: String) throws(CommandFailure) -> Bool {
    for diagnosis in diagnoses {
      if case .error(let error) = diagnosis.verdict, !diagnosis.isPassing {
        throw WaitText.failure(error, diagnosis, hint)
      }
    }
    return diagnoses.allSatisfy { $0.verdict == .free }
  }
}

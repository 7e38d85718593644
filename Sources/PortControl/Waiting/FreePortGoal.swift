internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// Free ports: bind() would succeed for all of them, as a diagnosis understands it.
///
/// A look begins with a quick diagnosis, which asks sock_diag alone. If that does not say "free", a full diagnosis
/// reads the options of the sockets from the processes that hold them. That takes a walk through the descriptors of all
/// processes, so it is made seldom.
struct FreePortGoal: WaitGoal, ~Copyable {
  private let requests: [BindRequest]
  private let probes: Bool
  private var diagnostician: Diagnostician
  private var watch: PortWatch
  private var schedule = LookSchedule()
  /// The last full diagnosis of each request.
  private(set) var fullDiagnoses: [Diagnosis] = []
  private var fullLook: FullLook?

  /// The result of a full diagnosis, and its cost.
  private struct FullLook {
    /// The blockers of the quick diagnosis before it.
    var quickBlockers: Set<Blocker>
    /// Those that do not block, as their options show.
    var harmless: Set<Blocker>
    var time: ContinuousClock.Instant
    var cost: Duration
  }

  /// A socket that blocks one of the requests, or may.
  private struct Blocker: Hashable {
    var request: Int
    var cookie: SocketCookie?
    var state: SocketState
    var local: SocketAddress
    var remote: SocketAddress

    init(_ socket: InetSocket, ofRequest request: Int) {
      self.request = request
      (cookie, state, local, remote) = (socket.cookie, socket.state, socket.local, socket.remote)
    }
  }

  /// - Parameters:
  ///   - requests: The bind() calls that are to succeed, all of them.
  ///   - probes: Whether each look makes a real bind().
  ///   - watch: Makes the watch for sockets that end.
  init(
    _ requests: [BindRequest], probes: Bool, from viewpoint: PortViewpoint = .here,
    watch: (SocketEventGroups) -> PortWatch = { PortWatch($0) }
  ) throws(PortControlError) {
    self.requests = requests
    self.probes = probes
    diagnostician = try PortControlError.reading { () throws(SockDiagError) in try viewpoint.diagnostician() }
    let protocols = Set(requests.map(\.protocol))
    var groups: SocketEventGroups = protocols.contains(.udp) ? .udp : .tcp
    if protocols.count > 1 { groups = .all }
    self.watch = watch(groups)
  }

  var descriptors: [Int32] { watch.descriptors }

  mutating func drainEvents() -> Bool { watch.drainEvents() }

  mutating func look() throws(PortControlError) -> LookResult {
    let diagnoses = try diagnose([])
    // Unknown options count as bad ones, so that "free" needs no further look.
    if try Self.areFree(diagnoses) { return .isReached }
    let blockers = Self.blockers(diagnoses)
    let keys = Set(blockers.map(\.key))
    let isConflict = diagnoses.contains { $0.verdict == .conflict }
    if fullLookDelay(keys, isConflict) <= .zero, try isFreeAtFullLook(keys) { return .isReached }
    let harmless = fullLook?.harmless ?? []
    let present = blockers.filter { !harmless.contains($0.key) }
    let releases = present.map(\.socket.release)
    let timer = LookSchedule.timer(releases)
    if timer != nil {
      watch.stop()
    } else {
      if watch.start() { return .notYet(status(after: .zero, nil)) }
      watch.follow(
        Set(present.compactMap(\.key.cookie)),
        heldBy: Set(fullDiagnoses.flatMap(\.blockers).flatMap { $0.holders.map(\.pid) }))
    }
    let pause = schedule.pause(releases, receivesEvents: watch.receivesEvents)
    return .notYet(status(after: min(pause, max(fullLookDelay(keys, isConflict), .milliseconds(1))), timer))
  }

  private static func blockers(_ diagnoses: [Diagnosis]) -> [(key: Blocker, socket: DiagnosedSocket)] {
    diagnoses.enumerated().flatMap { index, diagnosis in
      diagnosis.blockers.map { (Blocker($0.socket, ofRequest: index), $0) }
    }
  }

  private func status(after pause: Duration, _ timer: Duration?) -> WaitStatus {
    WaitStatus(lookAfter: pause, expected: timer, obstacle: .bind(fullDiagnoses))
  }

  private mutating func isFreeAtFullLook(_ quickBlockers: Set<Blocker>) throws(PortControlError) -> Bool {
    let begin = ContinuousClock.now
    fullDiagnoses = try diagnose([.owners, .heldOptions])
    if try Self.areFree(fullDiagnoses) { return true }
    let end = ContinuousClock.now
    fullLook = FullLook(
      quickBlockers: quickBlockers, harmless: quickBlockers.subtracting(Self.blockers(fullDiagnoses).map(\.key)),
      time: end, cost: begin.duration(to: end))
    return false
  }

  /// How long until the next full diagnosis is due.
  ///
  /// It is due when the blockers have changed, and takes no more than a sixth of the time: the blockers of a busy
  /// server that is shut down change all the while. If they stay the same it is due now and then, since a program may
  /// set an option.
  private func fullLookDelay(_ quickBlockers: Set<Blocker>, _ isConflict: Bool) -> Duration {
    guard let fullLook else { return .zero }
    let age = fullLook.time.duration(to: .now)
    guard quickBlockers != fullLook.quickBlockers else { return LookSchedule.checkOfTimers - age }
    // Where options change nothing, a full diagnosis only finds the names of the holders.
    return max(fullLook.cost * 5, isConflict ? .seconds(1) : .zero) - age
  }

  private mutating func diagnose(_ effort: Diagnostician.Effort) throws(PortControlError) -> [Diagnosis] {
    do throws(SockDiagError) {
      return try diagnostician.diagnose(requests, probes ? effort.union(.probe) : effort)
    } catch {
      throw PortControlError(error)
    }
  }

  /// Whether every bind() would succeed.
  static func areFree(_ diagnoses: [Diagnosis]) throws(PortControlError) -> Bool {
    for diagnosis in diagnoses {
      if case .error(let errno) = diagnosis.verdict, !diagnosis.isPassing {
        throw PortControlError(permanent: errno, diagnosis)
      }
    }
    return diagnoses.allSatisfy { $0.verdict == .free }
  }
}

public import SockDiag

/// Collects the facts for the rules, in one network namespace.
///
/// ```swift
/// var observer = try HostObserver()
/// sleep(1)
/// let findings = try observer.facts().findings()
/// ```
///
/// The first moment costs microseconds: listeners and counters. The second costs three walks over all sockets, of which
/// one reports them, and 104 bytes for each port in use. With ``survey()`` the walks are made between the two moments.
/// Then the descriptors of all processes are read for the holders of listeners, at about three microseconds each.
///
/// An observer is `Sendable` and has one owner, which makes one call at a time: keep it in an actor, or move it to a
/// task.
public struct HostObserver: ~Copyable, Sendable {
  private var inspector: SocketInspector
  let procRoot: String
  /// The namespace that is observed, if it is not that of the thread that made this value.
  private let namespace: NetworkNamespace?
  private let start: ContinuousClock.Instant
  private let counters: NetworkCounters
  private let listeners: [InetSocket]
  private var surveyed: Survey?

  /// The sockets that the rules look at.
  private struct Survey {
    var settings: KernelSettings
    var tcp: SocketSurvey
    var closeWaits: [InetSocket]
    var udp: SocketSurvey
    var defects = DumpDefects.complete
    var substitution: SockDiagError?
    var udpDefects: DumpDefects
    var udpSubstitution: SockDiagError?
    var end = ContinuousClock.now
    var duration = Duration.zero
  }

  private static let listening = SocketQuery(.tcp, states: .listen)

  /// Reads the facts of the first moment, in the network namespace of the calling thread. Later calls must be made in the
  /// same one.
  ///
  /// - Parameter procRoot: Where proc is mounted.
  /// - Throws: `SockDiagError` if listeners can be read neither through sock_diag nor from `/proc/net`.
  public init(procRoot: String = "/proc") throws(SockDiagError) {
    try self.init(SocketInspector(procRoot: procRoot), NetworkCounters(procRoot: procRoot), procRoot, nil)
  }

  /// Reads the facts of the first moment in a network namespace.
  ///
  /// - Throws: `SockDiagError` if listeners cannot be read, or the namespace cannot be entered.
  public init(in namespace: NetworkNamespace) throws(SockDiagError) {
    try self.init(SocketInspector(entering: namespace), NetworkCounters(in: namespace), "/proc", namespace)
  }

  private init(
    _ inspector: consuming SocketInspector, _ counters: NetworkCounters, _ procRoot: String,
    _ namespace: NetworkNamespace?
  ) throws(SockDiagError) {
    listeners = try inspector.dump(Self.listening).sockets
    self.inspector = inspector
    self.procRoot = procRoot
    self.namespace = namespace
    self.counters = counters
    start = ContinuousClock.now
  }

  private func currentCounters() throws(SockDiagError) -> NetworkCounters {
    try namespace.map { namespace throws(SockDiagError) in try NetworkCounters(in: namespace) }
      ?? NetworkCounters(procRoot: procRoot)
  }

  private func currentSettings() throws(SockDiagError) -> KernelSettings {
    try namespace.map { namespace throws(SockDiagError) in try KernelSettings(in: namespace) }
      ?? KernelSettings(procRoot: procRoot)
  }

  /// Reads the facts of the second moment, which is now.
  ///
  /// - Parameters:
  ///   - limits: The limits of the findings, which decide whose holders are looked for.
  ///   - findsHolders: Whether to look for the processes that hold the sockets which the findings name. If they cannot
  ///     be searched, ``HostFacts/ownersError`` says why.
  /// - Throws: `SockDiagError` if sockets cannot be read.
  public mutating func facts(
    _ limits: FindingLimits = FindingLimits(), findsHolders: Bool = true
  ) throws(SockDiagError) -> HostFacts {
    defer { surveyed = nil }
    var facts: HostFacts
    // What was read in a fraction of the time since is read again: new facts are better.
    if let survey = surveyed, survey.duration * 10 >= survey.end.duration(to: ContinuousClock.now) {
      facts = try self.facts(survey)
    } else {
      facts = try self.facts(makeSurvey())
    }
    if findsHolders { try addHolders(to: &facts, limits) }
    return facts
  }

  private mutating func facts(_ survey: Survey) throws(SockDiagError) -> HostFacts {
    var facts = HostFacts()
    facts.settings = survey.settings
    facts.countersBefore = counters
    facts.listenersBefore = listeners
    facts.counters = try currentCounters()
    facts.interval = start.duration(to: ContinuousClock.now)
    facts.sockets = survey.tcp.kept + survey.closeWaits
    facts.omittedSockets = survey.tcp.omitted
    facts.traffic = survey.tcp.traffic
    facts.udpSockets = survey.udp.kept
    facts.omittedUDPSockets = survey.udp.omitted
    (facts.udpDefects, facts.udpSubstitution) = (survey.udpDefects, survey.udpSubstitution)
    (facts.defects, facts.substitution) = (survey.defects, survey.substitution)
    let listening = try inspector.dump(Self.listening)
    facts.listeners = listening.sockets
    facts.defects.formUnion(listening.defects.subtracting(.missingStates))
    facts.substitution = facts.substitution ?? inspector.substitution
    facts.listenersWithChosenPort = try listenersWithChosenPort()
    return facts
  }

  /// Reads the sockets now, so that ``facts(_:findsHolders:)`` need not. A walk over a million sockets takes about a
  /// second, which a caller may use while it waits for the second moment. Sockets other than listeners are then those
  /// of this moment. If the walk takes less than a tenth of the wait, it is repeated, and they are those of the second
  /// moment.
  ///
  /// - Throws: `SockDiagError` if sockets cannot be read.
  public mutating func survey() throws(SockDiagError) { surveyed = try makeSurvey() }

  private mutating func makeSurvey() throws(SockDiagError) -> Survey {
    let start = ContinuousClock.now
    let settings = try currentSettings()
    // The kernel's tables contain no TCP socket in CLOSE. One walk counts all connections: in two, those whose peers close
    // in between would count twice. Those in CLOSE_WAIT are read again, because only they need details.
    let connected = SocketStateSet.all.subtracting([.listen, .close])
    let bound = try inspector.dump(SocketQuery(.tcp, states: .boundInactive))
    let empty = SocketSurvey(settings, listeners: listeners, bound: bound.sockets)
    let (tcp, defects) = try select(SocketQuery(.tcp, states: connected), from: empty)
    let substitution = inspector.substitution
    let closeWaits = try inspector.dump(SocketQuery(.tcp, states: .closeWait, details: .tcpInfo))
    let (udp, udpDefects) = try select(SocketQuery(.udp), from: SocketSurvey())
    var survey = Survey(
      settings: settings, tcp: tcp, closeWaits: closeWaits.sockets, udp: udp, substitution: substitution,
      udpDefects: udpDefects, udpSubstitution: inspector.substitution)
    // Without the bound sockets, which /proc/net lacks, figures are slightly smaller, and no finding is wrong.
    for part in [bound.defects, defects, closeWaits.defects] {
      survey.defects.formUnion(part.subtracting(.missingStates))
    }
    survey.duration = start.duration(to: survey.end)
    return survey
  }

  /// Selects sockets while the kernel reports them. A report with a passing defect is repeated.
  private mutating func select(
    _ query: SocketQuery, from start: SocketSurvey
  ) throws(SockDiagError) -> (SocketSurvey, DumpDefects) {
    var survey = start
    var defects = DumpDefects.complete
    for _ in 0..<3 {
      survey = start
      defects = try inspector.forEach(query) { socket in
        survey.add(socket)
        return .continue
      }
      if defects.isDisjoint(with: .worthRetrying) { break }
    }
    return (survey, defects)
  }

  /// The TCP listeners of this moment.
  mutating func currentListeners() throws(SockDiagError) -> [InetSocket] {
    try inspector.dump(Self.listening).sockets
  }

  /// Only the kernel knows, and it reveals it only in a filter.
  private mutating func listenersWithChosenPort() throws(SockDiagError) -> Set<UInt32>? {
    let dump = try inspector.dump(SocketQuery(.tcp, states: .listen, matching: .autobound))
    guard dump.defects.isComplete, dump.source == .sockDiag else { return nil }
    return Set(dump.sockets.map(\.inode))
  }
}

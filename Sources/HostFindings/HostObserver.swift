public import SockDiag

/// Collects the facts for the rules, in the network namespace of the calling thread.
///
/// ```swift
/// var observer = try HostObserver()
/// sleep(1)
/// let findings = try observer.facts().findings()
/// ```
///
/// The first moment costs microseconds: listeners and counters. The second costs two walks over all sockets and 104
/// bytes per socket.
///
/// An observer is `Sendable` and has one owner, which makes one call at a time: keep it in an actor, or move it to a
/// task.
public struct HostObserver: ~Copyable, Sendable {
  private var inspector: SocketInspector
  private let procRoot: String
  private let start: ContinuousClock.Instant
  private let counters: NetworkCounters
  private let listeners: [InetSocket]

  private static let listening = SocketQuery(.tcp, states: .listen)

  /// Reads the facts of the first moment.
  ///
  /// - Parameter procRoot: Where proc is mounted.
  /// - Throws: `SockDiagError` if listeners can be read neither through sock_diag nor from `/proc/net`.
  public init(procRoot: String = "/proc") throws(SockDiagError) {
    var inspector = try SocketInspector(procRoot: procRoot)
    let listeners = try inspector.dump(Self.listening).sockets
    self.inspector = inspector
    self.procRoot = procRoot
    self.listeners = listeners
    counters = NetworkCounters(procRoot: procRoot)
    start = ContinuousClock.now
  }

  /// Reads the facts of the second moment, which is now. The holders of sockets are not included; the caller adds them.
  ///
  /// - Throws: `SockDiagError` if sockets cannot be read.
  public mutating func facts() throws(SockDiagError) -> HostFacts {
    var facts = HostFacts()
    facts.settings = KernelSettings(procRoot: procRoot)
    facts.countersBefore = counters
    facts.listenersBefore = listeners
    facts.counters = NetworkCounters(procRoot: procRoot)
    facts.interval = start.duration(to: ContinuousClock.now)
    facts.listeners = try add(Self.listening, to: &facts)
    facts.listenersWithChosenPort = try listenersWithChosenPort()
    // The kernel's tables contain no TCP socket in CLOSE. Those in CLOSE_WAIT are few, and only they need details.
    let others = SocketStateSet.all.union(.boundInactive).subtracting([.listen, .close, .closeWait])
    facts.sockets = try add(SocketQuery(.tcp, states: others), to: &facts)
    facts.sockets += try add(SocketQuery(.tcp, states: .closeWait, details: .tcpInfo), to: &facts)
    let udp = try inspector.dump(SocketQuery(.udp))
    (facts.udpSockets, facts.udpCompleteness) = (udp.sockets, udp.completeness)
    facts.udpSubstitution = inspector.substitution
    return facts
  }

  /// The TCP listeners of this moment.
  ///
  /// - Throws: `SockDiagError`.
  public mutating func currentListeners() throws(SockDiagError) -> [InetSocket] {
    try inspector.dump(Self.listening).sockets
  }

  private mutating func add(_ query: SocketQuery, to facts: inout HostFacts) throws(SockDiagError) -> [InetSocket] {
    let dump = try inspector.dump(query)
    // Without the bound sockets, which /proc/net lacks, figures are slightly smaller, and no finding is wrong.
    facts.completeness.formUnion(dump.completeness.subtracting(.missingStates))
    facts.substitution = facts.substitution ?? inspector.substitution
    return dump.sockets
  }

  /// Only the kernel knows, and it reveals it only in a filter.
  private mutating func listenersWithChosenPort() throws(SockDiagError) -> Set<UInt32>? {
    let dump = try inspector.dump(SocketQuery(.tcp, states: .listen, matching: .autobound))
    guard dump.completeness.isComplete, dump.source == .sockDiag else { return nil }
    return Set(dump.sockets.map(\.inode))
  }
}

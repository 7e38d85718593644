internal import HostFindings
public import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// Collects the metrics of one network namespace.
///
/// ```swift
/// var collector = try MetricsCollector()
/// while true {
///   let page = MetricsFormat.openMetrics.page(try collector.collect())
///   print(String(decoding: page, as: UTF8.self))
///   sleep(15)
/// }
/// ```
///
/// Counters begin with the collector and only grow as long as it lives. The kernel announces the sockets that end between
/// two looks, so their traffic is counted as well. Call ``collectEnds()`` in between where more than 3,000 sockets end.
///
/// A look costs a walk over all sockets with `tcp_info`, and as much again if rules are checked. A collector has one owner,
/// which makes one call at a time; ``MetricsExporter`` shares one.
public struct MetricsCollector: ~Copyable, Sendable {
  private let configuration: MetricsConfiguration
  private let namespace: NetworkNamespace?
  private let procRoot: String
  private var inspector: SocketInspector
  private var tcp: SocketTracker?
  private var udp: SocketTracker?
  private var observer: HostObserver?
  private var owners: OwnerBook?
  private var directory = ServiceDirectory()
  private var tcpLedger: TrafficLedger<Service>
  private var udpLedger: TrafficLedger<Service>
  private var sets: FamilySets
  private var health = CollectorHealth()

  /// The descriptors that are readable while announcements wait. See ``collectEnds()``.
  public let fileDescriptors: [Int32]

  /// Creates a collector for the network namespace of the calling thread. Later calls must be made in the same one.
  ///
  /// - Throws: `SockDiagError` if sockets cannot be read.
  public init(_ configuration: MetricsConfiguration = MetricsConfiguration()) throws(SockDiagError) {
    let tcp = try Self.tracker(configuration.tcp, .tcpInfo, .tcp, configuration, nil)
    let udp = try Self.tracker(configuration.udp, .socketMemory, .udp, configuration, nil)
    let observer = configuration.checksRules ? try Self.observer(nil, "/proc") : nil
    self.init(configuration, try SocketInspector(), tcp, udp, observer, nil, "/proc")
  }

  /// Creates a collector for a network namespace.
  ///
  /// - Throws: `SockDiagError` if sockets cannot be read, or the namespace cannot be entered.
  public init(
    _ configuration: MetricsConfiguration = MetricsConfiguration(), in namespace: NetworkNamespace
  ) throws(SockDiagError) {
    let tcp = try Self.tracker(configuration.tcp, .tcpInfo, .tcp, configuration, namespace)
    let udp = try Self.tracker(configuration.udp, .socketMemory, .udp, configuration, namespace)
    let observer = configuration.checksRules ? try Self.observer(namespace, "/proc") : nil
    self.init(configuration, try SocketInspector(entering: namespace), tcp, udp, observer, namespace, "/proc")
  }

  /// Creates a collector from its parts. It checks no rules.
  package init(
    _ configuration: MetricsConfiguration, _ inspector: consuming SocketInspector, tcp: consuming SocketTracker?,
    udp: consuming SocketTracker? = nil, procRoot: String
  ) {
    self.init(configuration, inspector, tcp, udp, nil, nil, procRoot)
  }

  private init(
    _ configuration: MetricsConfiguration, _ inspector: consuming SocketInspector, _ tcp: consuming SocketTracker?,
    _ udp: consuming SocketTracker?, _ observer: consuming HostObserver?, _ namespace: NetworkNamespace?,
    _ procRoot: String
  ) {
    self.configuration = configuration
    self.namespace = namespace
    self.procRoot = procRoot
    self.inspector = inspector
    fileDescriptors = [Self.descriptor(of: tcp), Self.descriptor(of: udp)].compactMap(\.self)
    health.areEndsAnnounced = !fileDescriptors.isEmpty
    self.tcp = tcp
    self.udp = udp
    self.observer = observer
    tcpLedger = TrafficLedger(limit: configuration.limit)
    udpLedger = TrafficLedger(limit: configuration.limit)
    sets = FamilySets(limit: configuration.limit)
  }

  private static func descriptor(of tracker: borrowing SocketTracker?) -> Int32? {
    switch tracker {
    case .some(let tracker): tracker.fileDescriptor
    case .none: nil
    }
  }

  /// A tracker with announcements of ends, or without them where this kernel announces nothing: then the last figures that a
  /// look saw are those of a socket that ended.
  private static func tracker(
    _ query: SocketQuery?, _ details: InetDetails, _ groups: SocketEventGroups, _ configuration: MetricsConfiguration,
    _ namespace: NetworkNamespace?
  ) throws(SockDiagError) -> SocketTracker? {
    guard var query else { return nil }
    query.details.formUnion(details)
    do throws(SockDiagError) {
      guard let namespace else {
        return SocketTracker(query, ends: try SocketEvents(groups, receiveBuffer: configuration.receiveBuffer))
      }
      return SocketTracker(
        query, ends: try SocketEvents(groups, in: namespace, receiveBuffer: configuration.receiveBuffer))
    } catch {
      guard [.missingProtocolHandler, .missingFamily].contains(error.code) else { throw error }
      return SocketTracker(query)
    }
  }

  /// Takes the announcements that wait in the kernel. The next look counts them.
  ///
  /// - Throws: `SockDiagError`.
  public mutating func collectEnds() throws(SockDiagError) {
    try tcp?.collectEnds()
    try udp?.collectEnds()
  }

  /// Looks at the namespace, and returns the metrics of this moment.
  ///
  /// - Throws: `SockDiagError` if sockets cannot be read. The next look continues where the last successful one was.
  public mutating func collect() throws(SockDiagError) -> [MetricFamily] {
    health.begin()
    let settings = try currentSettings()
    let counters = try currentCounters()
    let listeners = try inspector.dump(SocketQuery(.tcp, states: .listen)).sockets
    directory.begin(listeners: listeners, choosable: settings.choosablePorts)
    var look = SocketLook(directory, findsOwners: !configuration.owners.isEmpty)
    if let round = try tcp?.update(&inspector, { look.add($0) }) { health.note(round, .tcp) }
    if let round = try udp?.update(&inspector, { look.add($0) }) { health.note(round, .udp) }
    tcpLedger.add(look.tcp.services)
    udpLedger.add(look.udp.services)
    if tcp != nil { health.noteCut(tcpLedger.cut, of: "sockdiag_tcp_*") }
    if udp != nil { health.noteCut(udpLedger.cut, of: "sockdiag_udp_*") }
    var families: [MetricFamily] = []
    families += SocketFamilies.families(look, &sets, &health, hasTCP: tcp != nil, hasUDP: udp != nil)
    families += TrafficFamilies.families(tcp: tcpLedger.entries, udp: udpLedger.entries)
    families += try ownerFamilies(look)
    families += HostFamilies.families(settings, counters)
    families += try ruleFamilies()
    directory = look.finish()
    health.duration = .now - health.began
    families += HealthFamilies.families(health, version: configuration.version)
    return families
  }

  private mutating func ownerFamilies(_ look: borrowing SocketLook) throws(SockDiagError) -> [MetricFamily] {
    if configuration.owners.isEmpty { return [] }
    do throws(SocketOwnersError) {
      if owners == nil {
        owners = try OwnerBook(configuration.owners, limit: configuration.limit, procRoot: procRoot)
      }
      return OwnerFamilies.families(try owners?.add(look.held) ?? [], &health)
    } catch {
      // Without proc there are no owners, and everything else is as right as before.
      health.isComplete = false
      return []
    }
  }

  private mutating func ruleFamilies() throws(SockDiagError) -> [MetricFamily] {
    guard observer != nil else { return [] }
    let facts = try observer?.facts(findsHolders: !configuration.owners.isEmpty)
    // The next look compares with this moment.
    observer = try Self.observer(namespace, procRoot)
    guard let facts else { return [] }
    let report = FindingReport(facts)
    health.noteCut(max(report.findings.count - configuration.limit, 0), of: "sockdiag_finding_figure")
    return DestinationFamilies.families(facts, &sets, &health)
      + FindingFamilies.families([report], limit: configuration.limit)
  }

  private static func observer(
    _ namespace: NetworkNamespace?, _ procRoot: String
  ) throws(SockDiagError) -> HostObserver {
    if let namespace { return try HostObserver(in: namespace) }
    return try HostObserver(procRoot: procRoot)
  }

  private func currentSettings() throws(SockDiagError) -> KernelSettings {
    if let namespace { return try KernelSettings(in: namespace) }
    return KernelSettings(procRoot: procRoot)
  }

  private func currentCounters() throws(SockDiagError) -> NetworkCounters {
    if let namespace { return try NetworkCounters(in: namespace) }
    return NetworkCounters(procRoot: procRoot)
  }
}

internal import Glibc
public import SockDiag
internal import SocketOwners

/// Finds out on the running system why a bind() fails.
///
/// It reads the sockets of the port in all states, the settings of the network namespace and the processes that hold
/// the sockets. If the answer depends on socket options and they may be read, it reads them too. Nothing is changed. It
/// sees the network namespace in which it was made. What has to be asked inside that namespace is asked on a thread of this
/// library, unless the calling thread is there.
///
/// A diagnostician is `Sendable` and has one owner, which makes one call at a time: keep it in an actor, or move it to
/// a task.
public struct Diagnostician: ~Copyable, Sendable {
  var inspector: SocketInspector
  /// `nil` if /proc cannot be read.
  var owners: OwnerFinder?

  /// Whether to act as on a kernel before 6.8, which does not report sockets that are only bound. For tests.
  package var asIfBoundSocketsWereNotReported = false

  /// The parts of a diagnosis, by their cost.
  ///
  /// Without any part, a diagnosis reads the sockets of the port and the kernel settings. To find the sockets, the kernel
  /// walks all sockets of the host: about 10 ms for 100,000. Each part says what it adds.
  public struct Effort: OptionSet, Hashable, Sendable {
    /// The bits. They are ours.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Find the processes that hold the sockets. This reads the descriptors of all processes, at about three microseconds
    /// each, unless the first processes that are read hold all sockets.
    public static let owners = Effort(rawValue: 1 << 0)
    /// Read the options of sockets of other processes if the answer depends on them: some system calls for each. Needs the
    /// owners.
    public static let heldOptions = Effort(rawValue: 1 << 1)
    /// Find listeners on the port in other network namespaces, and the processes of those namespaces that hold them. This
    /// reads a link for each process and the listeners of each namespace, but only the descriptors of processes in
    /// namespaces with such a listener.
    public static let otherNamespaces = Effort(rawValue: 1 << 2)
    /// Make a real bind(), which takes the port for microseconds: see ``BindProbe``.
    public static let probe = Effort(rawValue: 1 << 3)

    /// Search all processes for the holder of a listener in another network namespace, if no process of that namespace holds
    /// it. This reads the descriptors of all processes: it took two seconds on a host with 100,000 sockets, where the rest
    /// took 0.2 s. Needs ``otherNamespaces``.
    public static let ownersElsewhere = Effort(rawValue: 1 << 6)

    /// Read NAT rules that send the port's traffic elsewhere, which needs CAP_NET_ADMIN. They do not affect bind().
    public static let redirections = Effort(rawValue: 1 << 4)

    /// Read the age, the working directory and the ancestors of the processes: some files for each. Needs the owners.
    public static let origins = Effort(rawValue: 1 << 5)

    /// Everything that disturbs no other program and seldom takes long. The default.
    public static let standard: Effort = [.owners, .heldOptions, .otherNamespaces, .redirections, .origins]

    /// Everything that disturbs no other program, whatever it costs.
    public static let harmless: Effort = [.standard, .ownersElsewhere]
  }

  /// Opens the sources of information.
  ///
  /// - Throws: `SockDiagError` if there are no descriptors or no memory left. A missing sock_diag is not an error, see
  ///   ``Diagnosis/substitution``.
  public init() throws(SockDiagError) {
    inspector = try SocketInspector()
    owners = try? OwnerFinder()
  }

  /// Opens the sources of information about another network namespace.
  ///
  /// - Throws: `SockDiagError`: the code `namespaceForbidden` where this user may not enter it, for settings, addresses and
  ///   what the kernel refuses show only inside; `namespaceGone` if it has ended.
  public init(in namespace: NetworkNamespace) throws(SockDiagError) {
    inspector = try SocketInspector(entering: namespace)
    owners = try? OwnerFinder()
  }

  /// Runs a part of a diagnosis in the namespace of the inspector.
  mutating func inNamespace<Value>(
    _ body: (inout Diagnostician) throws(SockDiagError) -> Value
  ) throws(SockDiagError) -> Value {
    guard let namespace = inspector.networkNamespace else { return try body(&self) }
    return try namespace.perform { () throws(SockDiagError) in try body(&self) }
  }

  /// Finds out how bind() and listen() answer, and why.
  ///
  /// - Parameters:
  ///   - request: The bind() to examine.
  ///   - effort: The parts of the diagnosis.
  ///   - inode: The socket that binds or listens, if it already exists: it does not block itself.
  ///   - process: The process that binds, if it already exists. By default, programs are assumed to start with the
  ///     privileges of this process.
  /// - Throws: `SockDiagError` if the sockets cannot be read. Other facts that cannot be seen are in
  ///   ``Diagnosis/blindSpots``.
  public mutating func diagnose(
    _ request: BindRequest, _ effort: Effort = .standard, by inode: UInt32? = nil, process: Int32? = nil
  ) throws(SockDiagError) -> Diagnosis {
    try inNamespace { diagnostician throws(SockDiagError) in
      var readings = PortReadings([request])
      return try diagnostician.diagnose(request, effort, by: inode, process: process, &readings)
    }
  }

  /// Finds out how several calls of bind() and listen() answer, each by itself: no call changes the answer to another.
  ///
  /// The sockets are read once for all of them, and so are their processes and the settings. So a range of ports takes
  /// hardly longer than one port.
  ///
  /// - Parameters:
  ///   - requests: The calls of bind(), for any ports, addresses and protocols.
  ///   - effort: The parts of each diagnosis.
  /// - Returns: A diagnosis for each request, in the same order.
  /// - Throws: `SockDiagError` if the sockets cannot be read.
  public mutating func diagnose(
    _ requests: [BindRequest], _ effort: Effort = .standard
  ) throws(SockDiagError) -> [Diagnosis] {
    try inNamespace { diagnostician throws(SockDiagError) in
      var readings = PortReadings(requests)
      var diagnoses: [Diagnosis] = []
      for request in requests {
        diagnoses.append(try diagnostician.diagnose(request, effort, by: nil, process: nil, &readings))
      }
      return diagnoses
    }
  }

  mutating func diagnose(
    _ request: BindRequest, _ effort: Effort, by inode: UInt32?, process: Int32?, _ readings: inout PortReadings
  ) throws(SockDiagError) -> Diagnosis {
    var diagnosis = try look(request, effort, inode, &readings)
    if effort.contains(.probe) {
      diagnosis.probe = Self.probe(request)
      if diagnosis.contradictsProbe {
        // A socket appeared or disappeared in between, so there is nothing to report as a conflict.
        var fresh = PortReadings([request])
        diagnosis = try look(request, effort, inode, &fresh)
        diagnosis.probe = Self.probe(request)
      }
    }
    diagnosis.caller = process
    if diagnosis.verdict == .error(.accessDenied) {
      diagnosis.privileges = Self.privileges(process, uid: request.uid)
    }
    diagnosis.addressObstacle = Self.obstacle(to: diagnosis)
    return diagnosis
  }

  /// Why the kernel refuses the address, if it does.
  private static func obstacle(to diagnosis: Diagnosis) -> AddressObstacle? {
    let isRefused =
      switch diagnosis.verdict {
      case .error(.addressNotAvailable): true
      case .error(.invalidArgument): diagnosis.request.lacksInterface && !diagnosis.request.local.address.isMulticastV6
      default: false
      }
    // If it cannot be read, the kernel's error remains.
    return isRefused ? try? AddressObstacle.find(for: diagnosis.request) : nil
  }

  /// The privileges of the requesting program, as far as programs inherit them.
  private static func privileges(_ process: Int32?, uid: UInt32) -> Privileges? {
    if let process { return try? Privileges.of(process: process) }
    var privileges = try? Privileges.ofCallingThread()
    // Programs of another user are not started from here, but they have the same limits in a container.
    if uid != geteuid() { privileges?.hasNoNewPrivileges = nil }
    return privileges
  }

  private mutating func look(
    _ request: BindRequest, _ effort: Effort, _ inode: UInt32?, _ readings: inout PortReadings
  ) throws(SockDiagError) -> Diagnosis {
    if request.local.port == 0 { return try lookAtChoice(request, effort, &readings) }
    let settings = readings.settings
    let rehearsal = BindRehearsal.of(request, under: settings)
    let restraints = readings.restraints(request.local.address.family)
    var blindSpots = BlindSpots(rehearsal, restraints)

    var request = request
    let list = try list(request.protocol, effort, &readings)
    blindSpots.formUnion(list.blindSpots)
    var records = list.sockets[request.local.port] ?? []
    if let inode, let own = records.firstIndex(where: { $0.inode == inode }) {
      request.takeOver(records[own])
      records.removeAll { $0.inode == inode }
    }
    let conditions = BindConditions(request, settings, rehearsal, &blindSpots)
    let domains = RoutingDomains.deciding(request, beside: records.lazy.map(\.interfaceIndex), settings)
    request.routingDomain = domains[request.effectiveInterfaceIndex]
    var sockets = owned(records, conditions, effort, &blindSpots, &readings)
    for index in sockets.indices {
      sockets[index].portSocket.routingDomain = domains[sockets[index].portSocket.interfaceIndex]
    }
    var prediction = Self.judge(&sockets, request, conditions)
    if effort.contains(.heldOptions), learnOptions(&sockets, &blindSpots, &readings) {
      prediction = Self.judge(&sockets, request, conditions)
    }
    prediction.refuse(rehearsal)
    sockets.sort(by: Self.precedes)
    var diagnosis = Diagnosis(
      request: request, prediction: prediction, sockets: sockets, conditions: conditions, settings: settings,
      freePorts: nil, probe: nil, rehearsal: rehearsal, restraints: restraints, blindSpots: blindSpots, elsewhere: [])
    diagnosis.substitution = list.substitution
    diagnosis.destroysRecords = KernelRelease.current.isAtLeast(6, 0)
    if effort.contains(.owners) { diagnosis.surroundings = surroundings(&readings) }
    if effort.contains(.origins) { diagnosis.origins = origins(of: diagnosis.sockets, &readings) }
    if effort.contains(.otherNamespaces) { lookElsewhere(&diagnosis, effort, &readings) }
    if effort.contains(.redirections) { diagnosis.redirections = Self.redirections(request) }
    return diagnosis
  }

  /// The cgroup of this process.
  private func surroundings(_ readings: inout PortReadings) -> CgroupPath? {
    if let known = readings.surroundings { return known }
    let cgroup = owners?.details(ofProcess: getpid())?.cgroup
    readings.surroundings = .some(cgroup)
    return cgroup
  }

  /// Computes the effect of each socket, and the result. Known options are kept from one time to the next.
  static func judge(
    _ sockets: inout [DiagnosedSocket], _ request: BindRequest, _ conditions: BindConditions
  ) -> BindPrediction {
    var portSockets = sockets.map(\.portSocket)
    OptionInference.apply(to: &portSockets)
    let prediction = BindRule.predict(request, beside: portSockets, under: conditions)
    for index in sockets.indices {
      if portSockets[index] != sockets[index].portSocket { sockets[index].optionsSource = .inferred }
      sockets[index].portSocket = portSockets[index]
      sockets[index].effect = index < prediction.effects.count ? prediction.effects[index] : nil
    }
    return prediction
  }

  /// Blockers first, then possible blockers; among those, the ones that a person would name first.
  private static func precedes(_ left: DiagnosedSocket, _ right: DiagnosedSocket) -> Bool {
    func rank(_ socket: DiagnosedSocket) -> (Int, Int) {
      let use: [PortUse] = [.listener, .datagram, .boundInactive, .connection, .outgoingConnection, .orphan, .timeWait]
      let effect =
        switch socket.effect {
        case .blocks?: 0
        case .depends?: 1
        case .harmless?, nil: 2
        }
      return (effect, use.firstIndex(of: socket.use) ?? use.count)
    }
    let (leftRank, rightRank) = (rank(left), rank(right))
    if leftRank != rightRank { return leftRank < rightRank }
    if left.socket.local != right.socket.local { return left.socket.local < right.socket.local }
    if left.socket.remote != right.socket.remote { return left.socket.remote < right.socket.remote }
    return (left.holders.first?.pid ?? 0) < (right.holders.first?.pid ?? 0)
  }

  private static func probe(_ request: BindRequest) -> Diagnosis.Probe {
    do throws(BindFactError) {
      let errno = try BindProbe.outcome(of: request)
      return errno == 0 ? .succeeded : .failed(BindErrno(rawValue: errno))
    } catch {
      // There is no socket of the family, so the program does not reach its bind() either.
      let isRefused = error.code == .socketRefused || error.errno == BindErrno.familyNotSupported.rawValue
      if isRefused { return .failed(BindErrno(rawValue: error.errno)) }
      return .impossible(error)
    }
  }
}

extension BindRequest {
  /// Copies from the bound socket the facts that its descriptor need not show: with multipath TCP, the port, the user
  /// and the interface belong to the TCP socket below.
  fileprivate mutating func takeOver(_ socket: InetSocket) {
    if let uid = socket.uid { self.uid = uid }
    if lacksInterface { interfaceIndex = socket.interfaceIndex }
  }
}

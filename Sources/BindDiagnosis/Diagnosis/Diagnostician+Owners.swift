internal import SockDiag
internal import SocketOwners

extension Diagnostician {
  /// Adds the holders to the sockets.
  mutating func owned(
    _ records: [InetSocket], _ conditions: BindConditions, _ effort: Effort,
    _ blindSpots: inout BlindSpots, _ readings: inout PortReadings
  ) -> [DiagnosedSocket] {
    let hasListener = records.contains { PortUse($0).isServer }
    var sockets = records.map { record in
      DiagnosedSocket(
        socket: record, portSocket: PortSocket(record), effect: nil,
        use: PortUse(record, hasListener: hasListener, choosablePorts: conditions.choosablePorts),
        release: PortRelease(record), optionsSource: nil, holders: [], processes: [],
        holdersMissing: record.inode == 0 ? .noProcess : nil)
    }
    guard effort.contains(.owners), sockets.contains(where: { $0.socket.inode != 0 }) else { return sockets }
    guard let transport = records.first?.protocol else { return sockets }
    var found = holders(transport, readings)
    defer { readings.lists[transport]?.holders = found }
    guard let report = found.report else {
      blindSpots.insert(.processes)
      return sockets
    }
    for index in sockets.indices where sockets[index].socket.inode != 0 {
      let inode = sockets[index].socket.inode
      let holders = Array(report.holders(of: inode, among: found.details))
      sockets[index].holders = holders
      sockets[index].processes = Set(holders.map(\.pid)).sorted().compactMap { found.details[$0] }
      sockets[index].socketUnit = socketUnit(of: sockets[index], &found)
      if holders.isEmpty {
        let reasons = report.reasons(for: inode) ?? []
        sockets[index].holdersMissing = reasons
        if !reasons.isDisjoint(with: [.unreadableProcess, .hiddenProcess, .unreadableThread]) {
          blindSpots.insert(.processes)
        }
      }
    }
    return sockets
  }

  /// The holders of all listed sockets on ports that a request names, found by one search.
  private mutating func holders(_ transport: TransportProtocol, _ readings: PortReadings) -> ListedHolders {
    let list = readings.lists[transport]
    if let known = list?.holders { return known }
    let wanted = (list?.sockets ?? [:]).lazy.filter { readings.named.contains($0.key) }.flatMap(\.value).map {
      WantedSocket(inode: $0.inode, cgroupID: $0.cgroupID, uid: $0.uid)
    }
    guard let report = try? owners?.find(Array(wanted), SearchOptions(.everyHolder, walkers: 2)) else {
      return ListedHolders()
    }
    let details = owners?.details(ofProcessesIn: report) ?? [:]
    let activators = details.filter { if case .socketActivation? = $0.value.supervision() { true } else { false } }
    return ListedHolders(report: report, details: details, activators: Set(activators.keys))
  }

  /// The unit for which systemd holds a socket. systemd creates the socket in the cgroup of that unit.
  private mutating func socketUnit(of socket: DiagnosedSocket, _ found: inout ListedHolders) -> SystemdUnit? {
    let isActivated = socket.holders.contains { found.activators.contains($0.pid) }
    // The whole hierarchy is walked only if it may contain the answer.
    guard isActivated, let id = socket.socket.cgroupID else { return nil }
    if let known = found.socketUnits[id] { return known }
    var unit = owners?.cgroup(id)?.unit
    if unit?.name.hasSuffix(".socket") != true { unit = nil }
    found.socketUnits[id] = .some(unit)
    return unit
  }

  /// Reads socket options if the answer depends on them.
  ///
  /// - Returns: Whether anything new is known.
  func learnOptions(
    _ sockets: inout [DiagnosedSocket], _ blindSpots: inout BlindSpots, _ readings: inout PortReadings
  ) -> Bool {
    guard let transport = sockets.first?.socket.protocol, var found = readings.lists[transport]?.holders else {
      return false
    }
    defer { readings.lists[transport]?.holders = found }
    var hasLearnt = false
    for index in sockets.indices {
      let socket = sockets[index].socket
      // Even if a socket blocks whatever its options are, they determine which remedy helps.
      guard sockets[index].mayBlock, socket.inode != 0, !sockets[index].holders.isEmpty else { continue }
      guard let held = Self.options(of: socket.inode, sockets[index].holders, &found) else {
        if case .depends = sockets[index].effect { blindSpots.insert(.options) }
        continue
      }
      sockets[index].portSocket.options.learn(
        KnownOptions(held.options, known: BindOptions.deciding.subtracting(held.unread)))
      sockets[index].optionsSource = .read
      hasLearnt = true
    }
    return hasLearnt
  }

  /// The options of a socket, read from the first process that allows it; `nil` if none does.
  private static func options(
    of inode: UInt32, _ holders: [SocketHolder], _ found: inout ListedHolders
  ) -> HeldSocketOptions? {
    if let known = found.options[inode] { return known }
    var held: HeldSocketOptions?
    // Compared only by inode: the TCP socket below a multipath socket has the same inode, but a different cookie.
    for holder in holders where held == nil { held = try? HeldSocketOptions(readFrom: holder, inode: inode) }
    found.options[inode] = .some(held)
    return held
  }
}

extension BindOptions {
  /// The options of a holder's socket that affect other sockets.
  static let deciding: BindOptions = [.reuseAddress, .reusePort, .v6Only]
}

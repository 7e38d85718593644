internal import SockDiag

/// The sockets to show, live or from a capture.
struct Selection: Hashable {
  /// The states of each kind of sockets that is shown. A kind without states is not shown.
  var states: [SocketKind: SocketStateSet]
  /// The version of IP, for kinds that have one; `nil` for both.
  var family: AddressFamily?
  var filter: SocketFilter
  var details: InetDetails
  /// Whether to ask for the values that BPF programs stored with sockets.
  var includesStorages = false
  /// Whether the directions of sockets are shown, for which more has to be read.
  var showsDirections = false
  /// Whether all states count, also unknown ones of a newer kernel or a damaged capture.
  var takesAnyState = false
  /// Whether all protocols count.
  var takesAnyProtocol = false
  /// Whether the kinds were named together, as in `-A all`. A kernel need not have all of them.
  var isGroup = false

  /// The states of TCP sockets; empty for no TCP sockets.
  var tcp: SocketStateSet {
    get { states[.tcp] ?? [] }
    set { states[.tcp] = newValue }
  }
  /// The states of UDP sockets; empty for no UDP sockets.
  var udp: SocketStateSet { states[.udp] ?? [] }

  /// The queries for the kernel, in the order of the output.
  var listedQueries: [any ListedQuery] {
    var queries: [any ListedQuery] = self.queries
    let filter = filter.withoutHolders
    if let states = states[.netlink], !states.isEmpty {
      queries.append(FamilyQuery<Netlink>(NetlinkSocketRequest(), matching: .state(states) && filter))
    }
    let unix = SocketKind.unix.reduce(into: SocketStateSet()) { $0.formUnion(states[$1] ?? []) }
    add(FamilyQuery<Unix>(UnixSocketRequest(states: unix, resolvesPeers: true)), SocketKind.unix, to: &queries)
    add(FamilyQuery<Packet>(PacketSocketRequest()), [.rawPacket, .packetDatagram], to: &queries)
    add(FamilyQuery<VSock>(VSockSocketRequest()), SocketKind.vsock, to: &queries)
    add(FamilyQuery<XDP>(XDPSocketRequest()), [.xdp], to: &queries)
    add(FamilyQuery<TIPC>(TIPCSocketRequest()), SocketKind.tipc, to: &queries)
    add(FamilyQuery<SMC>(SMCSocketRequest()), [.smc], to: &queries)
    return queries
  }

  /// Adds a query if at least one of the kinds is shown.
  private func add<Family: SocketFamily>(
    _ query: FamilyQuery<Family>, _ kinds: [SocketKind], to queries: inout [any ListedQuery]
  ) where Family.Socket: ShownSocket & FilterSubject {
    let states = states.filter { kinds.contains($0.key) && !$0.value.isEmpty }
    if states.isEmpty { return }
    var query = query
    query.filter = filter.withoutHolders
    queries.append(KindQuery(query: query, states: states))
  }

  /// The states of all sockets that may be shown.
  var possibleStates: SocketStateSet { states.values.reduce([]) { $0.union($1) } }

  /// The kinds that are shown.
  var kinds: [SocketKind] { SocketKind.allCases.filter { states[$0]?.isEmpty == false } }

  /// The queries of a subcommand that works on some kinds of sockets only.
  ///
  /// - Parameter reason: Why other kinds are not possible, and what to type instead, for the error.
  func queries(of possible: Set<SocketKind>, because reason: String) throws(CommandFailure) -> [SocketQuery] {
    guard possible.isSuperset(of: kinds) else { throw .usage(reason) }
    return queries
  }

  /// The queries for protocols of IPv4 and IPv6.
  var queries: [SocketQuery] {
    kinds.compactMap { kind in kind.transport.map { query($0, states[kind] ?? []) } }
  }

  /// The queries for one family each: Wireshark cannot decode the message for both families.
  var listedQueriesByFamily: [any ListedQuery] {
    let single = queries.flatMap { query in
      (query.family.map { [$0] } ?? [.inet, .inet6]).map { family in
        var single = query
        single.family = family
        return single
      }
    }
    return single + listedQueries.dropFirst(queries.count)
  }

  private func query(_ transport: TransportProtocol, _ states: SocketStateSet) -> SocketQuery {
    // Conditions about processes are applied later, when the processes are known.
    var query = SocketQuery(
      transport, family: family, states: states, matching: filter.withoutHolders, details: details)
    // Of other sockets the kernel has none to report.
    query.includesStorages = includesStorages && [.tcp, .mptcp, .dccp].contains(transport)
    return query
  }

  /// Leaves out the values of BPF programs if the kernel does not report them to this user.
  ///
  /// - Parameter remarks: Takes a remark that they are left out.
  mutating func leaveOutForbiddenStorages(
    by inspector: inout SocketInspector, _ remarks: inout Remarks
  ) throws(SockDiagError) {
    guard queries.contains(where: \.includesStorages), try inspector.refusesStorages() else { return }
    includesStorages = false
    remarks.add(
      "the values that BPF programs stored with sockets are left out; showing them needs root or CAP_BPF", .partial)
  }

  /// Whether a socket of a capture is shown; `nil` if its record lacks what the filter asks about. If its protocol is
  /// unknown, the other fields decide.
  func contains(_ socket: InetSocket) -> Bool? {
    let states =
      switch socket.protocol {
      case .tcp: tcp
      case .udp: udp
      case .unspecified: tcp.union(udp)
      case let other: SocketKind(other).flatMap { self.states[$0] } ?? (takesAnyProtocol ? tcp.union(udp) : [])
      }
    guard contains(socket.state, states), family == nil || socket.family == family else { return false }
    return filter.evaluate(socket)
  }

  /// The same for a socket of any other family.
  func contains(_ socket: some KernelSocket & FilterSubject) -> Bool? {
    let states = SocketKind(socket).flatMap { self.states[$0] } ?? []
    return contains(socket.state, states) ? filter.evaluate(socket) : false
  }

  private func contains(_ state: SocketState, _ states: SocketStateSet) -> Bool {
    takesAnyState ? !states.isEmpty : states.contains(state: state)
  }
}

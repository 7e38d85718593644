extension SocketFilter {
  /// Divides the filter between the kernel and this program, as far as the kernel's handler for the protocol filters.
  package func compiled(
    for protocol: TransportProtocol, _ states: SocketStateSet, without refused: InetBytecode.Operations
  ) -> [CompiledFilter] {
    switch `protocol` {
    case .raw: compiled(for: states, without: refused).map(\.testingStatesOfRawSockets)
    case .sctp: [compiledForAssociations(states)]
    case .dccp: compiled(for: states, without: refused).map(\.askingForStatesOfDCCP)
    default: compiled(for: states, without: refused)
    }
  }

  /// For SCTP the kernel runs no program, and compares only the ports of the request (sctp_diag_dump, net/sctp/diag.c).
  ///
  /// The states of the request only choose between two walks: with `listen` over the endpoints, with any other state but
  /// `close` over the associations, each behind the endpoint to which it belongs. So the states are tested here.
  private func compiledForAssociations(_ states: SocketStateSet) -> CompiledFilter {
    var filter = CompiledFilter(states: [], bytecode: InetBytecode(), kernelPart: .everything)
    if !states.isDisjoint(with: [.listen, .close]) { filter.states.insert(.listen) }
    // An association that was closed just now is among the associations.
    if !states.subtracting(.listen).isEmpty { filter.states.insert(.established) }
    // Conditions on single ports that every socket must meet.
    let parts = compiled(for: .all)
    if parts.count == 1 { (filter.localPort, filter.remotePort) = (parts[0].localPort, parts[0].remotePort) }
    filter.remainder = .state(states) && self
    return filter
  }
}

extension CompiledFilter {
  /// Asks also for the states of DCCP that TCP does not have, see `SocketState/init(dccp:)`. Since Linux 6.8 one of their
  /// numbers also selects sockets that are only bound, so the states are tested here.
  fileprivate var askingForStatesOfDCCP: CompiledFilter {
    var filter = self
    if states.contains(.established) { filter.states.formUnion(SocketStateSet(rawValue: 1 << 13 | 1 << 14)) }
    if states.contains(.closeWait) { filter.states.formUnion(SocketStateSet(rawValue: 1 << 15)) }
    return filter.states == states ? self : filter.testing(states)
  }

  private func testing(_ states: SocketStateSet) -> CompiledFilter {
    var filter = self
    let test = SocketFilter.state(states)
    filter.remainder = remainder.map { test && $0 } ?? test
    return filter
  }

  /// The kernel reports raw sockets in any state, whatever the request says (raw_diag_dump, net/ipv4/raw_diag.c), so their
  /// states are tested here.
  fileprivate var testingStatesOfRawSockets: CompiledFilter {
    // They have no other states.
    states.isSuperset(of: [.established, .close]) ? self : testing(states)
  }
}

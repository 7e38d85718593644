internal import SockDiag

extension Diagnostician {
  /// The sockets of the ports in question, in all states and of both families.
  mutating func list(
    _ transport: TransportProtocol, _ effort: Effort, _ readings: inout PortReadings
  ) throws(SockDiagError) -> PortList {
    if let known = readings.lists[transport] { return known }
    let list = try readList(transport, effort, readings)
    readings.lists[transport] = list
    return list
  }

  private mutating func readList(
    _ transport: TransportProtocol, _ effort: Effort, _ readings: PortReadings
  ) throws(SockDiagError) -> PortList {
    var list = PortList()
    var states = SocketStateSet.all
    // The kernel walks the table of bound sockets and that of connections for one request.
    if transport == .tcp, !asIfBoundSocketsWereNotReported { states.insert(.boundInactive) }
    let dump = try inspector.dump(SocketQuery(transport, states: states, matching: readings.filter))
    list.substitution = inspector.substitution
    var found = dump.sockets
    if !dump.defects.subtracting(.missingStates).isComplete { list.blindSpots.insert(.incompleteList) }
    let lacksBound =
      transport == .tcp
      && (asIfBoundSocketsWereNotReported || !KernelRelease.current.isAtLeast(6, 8)
        || dump.defects.contains(.missingStates))
    if lacksBound {
      list.blindSpots.insert(.boundSockets)
      if effort.contains(.owners) {
        let (bound, isComplete) = try boundSockets(readings.ports, besides: found)
        if isComplete { list.blindSpots.remove(.boundSockets) }
        found += bound
      }
    }
    for socket in found { list.sockets[socket.local.port, default: []].append(socket) }
    return list
  }
}

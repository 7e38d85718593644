internal import SockDiag

extension Diagnostician {
  /// Examines a bind() to port 0, which depends on the sockets of all ports.
  mutating func lookAtChoice(
    _ request: BindRequest, _ settings: KernelSettings, _ effort: Effort
  ) throws(SockDiagError) -> Diagnosis {
    let rehearsal = BindRehearsal.ofChoice(request)
    let restraints = BindRestraints(family: request.local.address.family)
    var blindSpots = BlindSpots(rehearsal, restraints)
    let conditions = BindConditions(request, settings, rehearsal, &blindSpots)
    let found = try sockets(request, port: nil, effort, &blindSpots)
    let domains = RoutingDomains.deciding(request, beside: found.lazy.map(\.interfaceIndex), settings)
    var request = request
    request.routingDomain = domains[request.effectiveInterfaceIndex]
    var ports: [UInt16: [PortSocket]] = [:]
    for record in found {
      var socket = PortSocket(record)
      socket.routingDomain = domains[socket.interfaceIndex]
      ports[record.local.port, default: []].append(socket)
    }
    var (prediction, free) = BindRule.predict(request, choosingAmong: ports, under: conditions)
    prediction.refuse(rehearsal)
    let mayConnect = BindRule.mayConnect(choosingAmong: ports, under: conditions)
    var diagnosis = Diagnosis(
      request: request, prediction: prediction, sockets: [], conditions: conditions, settings: settings,
      freePorts: free, mayConnect: mayConnect, probe: nil, rehearsal: rehearsal, restraints: restraints,
      blindSpots: blindSpots, elsewhere: [])
    diagnosis.substitution = inspector.substitution
    return diagnosis
  }
}

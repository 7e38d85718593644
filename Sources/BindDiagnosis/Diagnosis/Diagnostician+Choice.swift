internal import SockDiag

extension Diagnostician {
  /// Examines a bind() to port 0, which depends on the sockets of all ports.
  mutating func lookAtChoice(
    _ request: BindRequest, _ effort: Effort, _ readings: inout PortReadings
  ) throws(SockDiagError) -> Diagnosis {
    let settings = readings.settings
    let rehearsal = BindRehearsal.ofChoice(request)
    let restraints = readings.restraints(request.local.address.family)
    var blindSpots = BlindSpots(rehearsal, restraints)
    let conditions = BindConditions(request, settings, rehearsal, &blindSpots)
    let list = try list(request.protocol, effort, &readings)
    blindSpots.formUnion(list.blindSpots)
    let interfaces = list.sockets.values.lazy.joined().map(\.interfaceIndex)
    let domains = RoutingDomains.deciding(request, beside: interfaces, settings)
    var request = request
    request.routingDomain = domains[request.effectiveInterfaceIndex]
    let ports = list.sockets.mapValues { records in
      records.map { record in
        var socket = PortSocket(record)
        socket.routingDomain = domains[socket.interfaceIndex]
        return socket
      }
    }
    var (prediction, free) = BindRule.predict(request, choosingAmong: ports, under: conditions)
    prediction.refuse(rehearsal)
    let mayConnect = BindRule.mayConnect(choosingAmong: ports, under: conditions)
    var diagnosis = Diagnosis(
      request: request, prediction: prediction, sockets: [], conditions: conditions, settings: settings,
      freePorts: free, mayConnect: mayConnect, probe: nil, rehearsal: rehearsal, restraints: restraints,
      blindSpots: blindSpots, elsewhere: [])
    diagnosis.substitution = list.substitution
    return diagnosis
  }
}

package import SockDiag

extension Diagnostician {
  /// Finds out how calls of bind() and listen() answer, one after the other, until the body has enough.
  ///
  /// The sockets are read once for all ports. Each diagnosis makes some system calls of its own, so in a long range it
  /// matters to stop early.
  ///
  /// - Parameters:
  ///   - requests: The calls of bind().
  ///   - ports: The ports of all requests.
  ///   - effort: The parts of each diagnosis.
  ///   - body: Gets each diagnosis, and returns whether to go on.
  package mutating func diagnose(
    each requests: some Sequence<BindRequest>, onPorts ports: PortSet, _ effort: Effort,
    while body: (Diagnosis) -> Bool
  ) throws(SockDiagError) {
    try inNamespace { diagnostician throws(SockDiagError) in
      var readings = PortReadings(ports: ports)
      for request in requests {
        guard body(try diagnostician.diagnose(request, effort, by: nil, process: nil, &readings)) else { return }
      }
    }
  }
}

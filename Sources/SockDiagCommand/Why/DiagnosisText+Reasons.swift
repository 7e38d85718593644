internal import BindDiagnosis
internal import SockDiag

extension DiagnosisText {
  /// Why a socket blocks or does not, in sentences.
  func reasons(_ socket: DiagnosedSocket, _ diagnosis: Diagnosis) -> [String] {
    let request = diagnosis.request
    return switch socket.effect {
    case .blocks(let reason)?:
      [
        own(socket, diagnosis), hint(socket, diagnosis), overlap(reason.overlap, socket),
        sharing(reason, socket, request),
      ].compactMap { $0 }
    case .depends(let on)?:
      [
        own(socket, diagnosis), hint(socket, diagnosis), overlapOfDepending(on, socket, request),
        unknown(on, socket, diagnosis),
      ].compactMap { $0 }
    case .harmless(let reason)?: [harmless(reason, socket)]
    case nil: []
    }
  }

  /// That the process which asks has the port itself.
  private func own(_ socket: DiagnosedSocket, _ diagnosis: Diagnosis) -> String? {
    diagnosis.ownDescriptor(of: socket).map { "The same process bound it before, as fd \($0)." }
  }

  private func overlap(_ overlap: AddressOverlap, _ socket: DiagnosedSocket) -> String? {
    let address = socket.socket.local.address
    switch overlap {
    case .same: return nil
    case .socketIsWildcard:
      return address.family == .inet6
        ? "[::] takes in every address\(socket.portSocket.options[.v6Only] == false ? ", IPv4 too" : "")."
        : "0.0.0.0 takes in every IPv4 address."
    case .requestIsWildcard: return "The wildcard that is asked for takes in \(address)."
    case .shadow:
      return "\(address) is IPv6, but its socket does not refuse IPv4, so that a bind() to 0.0.0.0 meets it: the kernel"
        + " keeps 127.0.0.6 as its IPv4 address. A bind() to one IPv4 address does not."
    }
  }

  private func overlapOfDepending(
    _ unknowns: SocketEffect.Unknowns, _ socket: DiagnosedSocket, _ request: BindRequest
  ) -> String? {
    let (own, wanted) = (socket.socket.local.address, request.local.address)
    if own == wanted { return nil }
    guard unknowns.contains(.v6Only) else {
      return "Its address \(own) and the one that is asked for take each other in."
    }
    return own.isUnspecified
      ? "[::] takes in IPv4 too, unless its socket refuses that."
      : "\(own) is IPv6. Unless its socket refused IPv4, a bind() to 0.0.0.0 meets it all the same, for the kernel keeps"
        + " 127.0.0.6 as its IPv4 address. A bind() to one IPv4 address does not."
  }

  private func sharing(_ reason: BlockReason, _ socket: DiagnosedSocket, _ request: BindRequest) -> String {
    if reason.reuseAddress == .socketListens {
      return "A listener shares its port only by SO_REUSEPORT: " + byReusePort(reason.reusePort, socket, request)
    }
    let byAddress =
      switch reason.reuseAddress {
      case .requestLacksIt:
        socket.portSocket.options[.reuseAddress] == true
          ? "It has SO_REUSEADDR and would share the port, but the new socket has not."
          : "Without SO_REUSEADDR on both sides the port is not shared, and the new socket has not set it."
      default: "It was made without SO_REUSEADDR, which both sides need."
      }
    guard request.options.contains(.reusePort) else { return byAddress }
    return byAddress + " And by SO_REUSEPORT: " + byReusePort(reason.reusePort, socket, request)
  }

  private func byReusePort(
    _ cause: BlockReason.NoSharing, _ socket: DiagnosedSocket, _ request: BindRequest
  ) -> String {
    switch cause {
    case .otherUser:
      let user = socket.portSocket.uid.map { UserName.text($0) } ?? "another user"
      return "with sockets of its own user, which is \(user), and not \(UserName.text(request.uid))."
    case .requestHasProgram:
      return "not with a new socket that has a BPF program which chooses among the sockets; attach it after bind()"
        + (request.protocol == .tcp ? " and listen()." : ".")
    case .socketLacksIt: return "it has not set it."
    case .requestLacksIt, .socketListens:
      return socket.portSocket.options[.reusePort] == true
        ? "it has set it, and the new socket has not."
        : "both sides have to set it, and the new socket has not."
    }
  }

  private func unknown(
    _ unknowns: SocketEffect.Unknowns, _ socket: DiagnosedSocket, _ diagnosis: Diagnosis
  ) -> String {
    // One socket with one thing that is not known: the live answer tells that as well.
    if diagnosis.blockers.count == 1, let learnt = Self.learnt(unknowns, diagnosis.probe) { return learnt }
    if socket.use == .timeWait, unknowns.contains(.reuseAddress) || unknowns.contains(.reusePort) {
      return "It keeps the options of the socket that left it behind, and the kernel tells them to nobody."
    }
    return "It blocks or not by \(Self.names(unknowns).joined(separator: " and "))."
  }

  private static func learnt(_ unknowns: SocketEffect.Unknowns, _ probe: Diagnosis.Probe?) -> String? {
    switch (unknowns, probe) {
    case (.reuseAddress, .succeeded?): "Its socket had SO_REUSEADDR, as the bind() shows."
    case (.reuseAddress, .failed(.addressInUse)?): "Its socket did not have SO_REUSEADDR, as the bind() shows."
    case (.v6Only, .succeeded?): "Its socket refused IPv4, as the bind() shows."
    case (.v6Only, .failed(.addressInUse)?): "Its socket took IPv4 too, as the bind() shows."
    default: nil
    }
  }

  private func harmless(_ reason: HarmlessReason, _ socket: DiagnosedSocket) -> String {
    switch reason {
    case .otherAddress: "Another address."
    case .otherFamily: "IPv6 here and IPv4 there do not meet."
    case .otherInterface: "Bound to another interface."
    case .otherRoutingDomain: "In another VRF, whose ports are its own."
    case .sharesReuseAddress: "Both sides have SO_REUSEADDR."
    case .sharesReusePort: "Both sides have SO_REUSEPORT\(socket.use == .timeWait ? "" : ", and are the same user's")."
    case .notBound: "A connection that is being made holds no port."
    }
  }
}

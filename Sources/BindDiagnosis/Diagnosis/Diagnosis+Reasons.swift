internal import SockDiag
internal import SocketOwners

extension Diagnosis {
  /// Sentences that say why a socket blocks the bind(), may block it, or does not.
  package func reasons(for socket: DiagnosedSocket) -> [String] {
    switch socket.effect {
    case .blocks(let reason)?:
      [ownership(socket), hint(socket), overlap(reason.overlap, socket), sharing(reason, socket)].compactMap(\.self)
    case .depends(let unknowns)?:
      [ownership(socket), hint(socket), possibleOverlap(unknowns, socket), unknown(unknowns, socket)].compactMap(\.self)
    // A record in TIME_WAIT has no user.
    case .harmless(.sharesReusePort)? where socket.use == .timeWait: ["Both sides have SO_REUSEPORT."]
    case .harmless(let reason)?: ["\(reason)"]
    case nil: []
    }
  }

  /// A sentence for the case that the process which asks already has the port.
  private func ownership(_ socket: DiagnosedSocket) -> String? {
    ownDescriptor(of: socket).map { "The same process bound it before, as fd \($0)." }
  }

  /// A sentence that says what the socket probably is, where its kind alone does not tell.
  private func hint(_ socket: DiagnosedSocket) -> String? {
    switch socket.use {
    case .boundInactive:
      "It is a server before its listen(), or a listener that was shut down or destroyed. Few tools show such sockets."
    case .outgoingConnection where conditions.choosablePorts.contains(request.local.port):
      "The port belongs to the range that the kernel uses for outgoing connections, and this connection got it."
    case .connection where socket.socket.state == .closeWait:
      "The peer closed the connection, but the program did not. No kernel setting closes it for the program."
    case .connection where socket.socket.protocol == .tcp && !sockets.contains { $0.use == .listener }:
      "Nothing listens on the port any more. The server has ended or restarts, and this connection is left."
    case .listener where socket.programs.count > 1:
      "Several programs hold it, and it stays until the last of them closes it. One may have inherited it from another"
        + " that opened it without SOCK_CLOEXEC."
    default: nil
    }
  }

  // MARK: Addresses

  private func overlap(_ overlap: AddressOverlap, _ socket: DiagnosedSocket) -> String? {
    overlap.sentence("\(socket.socket.local.address)", wildcard: socket.wildcard)
  }

  /// How the addresses conflict where the effect depends on unknown facts, so that no rule has said it.
  private func possibleOverlap(_ unknowns: SocketEffect.Unknowns, _ socket: DiagnosedSocket) -> String? {
    let (own, wanted) = (socket.socket.local.address, request.local.address)
    if own == wanted { return nil }
    let overlap: AddressOverlap =
      own.isUnspecified ? .socketIsWildcard : unknowns.contains(.v6Only) ? .shadow : .requestIsWildcard
    if overlap == .requestIsWildcard, !wanted.isUnspecified { return "The two addresses overlap." }
    return overlap.sentence("\(own)", wildcard: socket.wildcard, isCertain: !unknowns.contains(.v6Only))
  }

  // MARK: Options

  private func sharing(_ reason: BlockReason, _ socket: DiagnosedSocket) -> String {
    if reason.reuseAddress == .socketListens { return sharingOfListener(reason.reusePort, socket) }
    let rule = "The port is shared only if both sides set SO_REUSEADDR"
    // The program is not named, so that equal sentences about several sockets are printed once.
    let byAddress =
      switch reason.reuseAddress {
      case .requestLacksIt where socket.portSocket.options[.reuseAddress] == true:
        "\(rule). The other side did, the new socket does not."
      case .requestLacksIt: "\(rule), and the new socket does not."
      default: "\(rule), and the other side did not."
      }
    guard request.options.contains(.reusePort) else { return byAddress }
    return byAddress + " SO_REUSEPORT does not help: \(clause(reason.reusePort, socket))."
  }

  /// The port of a listener is shared by SO_REUSEPORT alone.
  private func sharingOfListener(_ cause: BlockReason.NoSharing, _ socket: DiagnosedSocket) -> String {
    let rule = "A listening port is shared only if both programs set SO_REUSEPORT"
    return switch cause {
    case .socketLacksIt: "\(rule), and \(socket.otherSide) did not."
    case .requestLacksIt where socket.portSocket.options[.reusePort] == true:
      "\(rule). The other side did, the new socket does not."
    case .requestLacksIt, .socketListens: "\(rule), and the new socket does not."
    case .otherUser: "A listening port is shared only among sockets of one user: \(clause(cause, socket))."
    case .requestHasProgram: "\(clause(cause, socket).capitalizedFirst)."
    }
  }

  private func clause(_ cause: BlockReason.NoSharing, _ socket: DiagnosedSocket) -> String {
    switch cause {
    case .otherUser:
      let user = socket.portSocket.uid.map { "user \(UserName.text($0))" } ?? "another user"
      return "this one belongs to \(user), the new one to user \(UserName.text(request.uid))"
    case .requestHasProgram:
      let calls = request.protocol == .tcp ? "bind() and listen()" : "bind()"
      return "a new socket with a BPF program cannot join the others, so attach the program after \(calls)"
    case .socketLacksIt, .requestLacksIt, .socketListens: return "\(cause)"
    }
  }

  // MARK: Unknown facts

  private func unknown(_ unknowns: SocketEffect.Unknowns, _ socket: DiagnosedSocket) -> String {
    // With one socket and one unknown fact, the answer of the real bind() tells that fact.
    if hasOneBlocker, let learnt = Self.learnt(unknowns, probe) { return learnt }
    if socket.use == .timeWait, unknowns.contains(.reuseAddress) || unknowns.contains(.reusePort) {
      return "It keeps the options of the closed socket, and the kernel does not report them."
    }
    return unknowns.sentence
  }

  private static func learnt(_ unknowns: SocketEffect.Unknowns, _ probe: Probe?) -> String? {
    switch (unknowns, probe) {
    case (.reuseAddress, .succeeded?): "The bind() shows that its socket had SO_REUSEADDR."
    case (.reuseAddress, .failed(.addressInUse)?): "The bind() shows that its socket did not have SO_REUSEADDR."
    case (.v6Only, .succeeded?): "The bind() shows that its socket refuses IPv4."
    case (.v6Only, .failed(.addressInUse)?): "The bind() shows that its socket accepts IPv4 too."
    default: nil
    }
  }
}

extension DiagnosedSocket {
  /// The wildcard address of the socket; `nil` if it has a specific address.
  fileprivate var wildcard: AddressOverlap.Wildcard? {
    let address = socket.local.address
    guard address.isUnspecified else { return nil }
    return address.family == .inet6 ? .v6(acceptsV4: portSocket.options[.v6Only].map { !$0 }) : .v4
  }
}

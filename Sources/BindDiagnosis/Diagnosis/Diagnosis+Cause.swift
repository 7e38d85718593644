internal import SockDiag

extension Diagnosis {
  /// Why bind() fails with an error other than EADDRINUSE, as a clause without a full stop.
  package func cause(of error: BindErrno) -> String {
    let address = request.local.address
    if let denial { return cause(of: denial) }
    switch error {
    case .addressNotAvailable:
      return addressObstacle?.clause(about: address) ?? "\(address) is not an address of this host"
    case .familyNotSupported:
      let family = address.family == .inet6 ? "IPv6" : "IPv4"
      return "this host has no \(family): the kernel was started without it, or a sandbox forbids it"
    case .noSuchDevice: return "there is no such interface"
    case .invalidArgument where address.isV4Mapped:
      return "an IPv6 socket that refuses IPv4 cannot have an IPv4 address"
    case .invalidArgument where address.isMulticastV6 && request.protocol == .tcp:
      return "\(address) is a multicast address, and TCP has no multicast"
    case .invalidArgument where address.isMulticastV6:
      return "\(address) is a multicast group of one link, and no interface is named"
    case .invalidArgument where address.isLinkLocal:
      return "a link-local address belongs to one interface, and none is named"
    default: return "the kernel gives no further reason"
    }
  }

  private func cause(of denial: Denial) -> String {
    switch denial {
    case .missingCapability:
      return
        "ports below \(conditions.unprivilegedPortStart) require CAP_NET_BIND_SERVICE, and \(request.local.port) is one"
    case .restraint:
      let names = Phrase.list(refusedBy.map { "\($0)" }, "or")
      return "a security rule refuses it, not a socket\(names.isEmpty ? "" : ": a rule of \(names)")"
    }
  }

  /// What may refuse the bind() where neither a socket nor a missing capability does, the likeliest first; empty if that is
  /// not the error.
  public var refusedBy: [BindRestraint] {
    guard case .restraint(let error)? = denial else { return [] }
    return restraints.candidates(for: error, request.protocol)
  }
}

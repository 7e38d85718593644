internal import CBindDiagnosis
internal import Glibc
internal import SockDiagWire

/// What the kernel says to an address, whatever the port.
public enum AddressStanding: Hashable, Sendable {
  /// A socket may be bound to it.
  case usable
  /// It is no address of this host, or of the interface in question, or one that is still being checked for
  /// duplicates: `EADDRNOTAVAIL`.
  case notLocal
  /// There is no such interface: `ENODEV`.
  case unknownInterface
  /// It is valid only together with an interface, and none is named: `EINVAL`.
  case missingScope
  /// The kernel does not have the address's family: `EAFNOSUPPORT` of socket().
  case unknownFamily
  /// Something else: the errno.
  case other(Int32)

  /// How the address of a request stands with the request's own options, in the network namespace of the calling thread.
  ///
  /// The kernel is asked by a socket that binds the address without a port, so that nothing is taken and nobody
  /// disturbed. ``BindOptions/freebind`` and ``BindOptions/transparent`` make any address usable; neither they nor the
  /// user need privileges here.
  ///
  /// - Throws: ``BindFactError`` if it cannot be asked: `Code.unsupported` before Linux 4.2, `.optionRefused` for a
  ///   request with an interface before Linux 5.7 without CAP_NET_RAW.
  ///
  /// Kernel: `IP_BIND_ADDRESS_NO_PORT`, linux/in.h; `inet_bind`, net/ipv4/af_inet.c; `inet6_bind`, net/ipv6/af_inet6.c.
  public static func ofAddress(in request: BindRequest) throws(BindFactError) -> AddressStanding {
    // Both waive the same check, and the second takes a capability to set.
    let isWaived = !request.options.isDisjoint(with: [.freebind, .transparent])
    return try ask(request, isWaived ? [.freebind] : [])
  }

  /// How the address of a request stands without options that waive the question: whether it is local.
  ///
  /// Where `net.ipv4.ip_nonlocal_bind`, or that of `net.ipv6`, is 1, the kernel takes any address for usable; who wants
  /// to know then has to look at the addresses of the interfaces.
  ///
  /// - Throws: As ``ofAddress(in:)`` does.
  public static func ofAddressWithoutWaiver(in request: BindRequest) throws(BindFactError) -> AddressStanding {
    try ask(request, [])
  }

  private static func ask(_ request: BindRequest, _ waiver: BindOptions) throws(BindFactError) -> AddressStanding {
    var question = request
    question.local.port = 0
    question.options = request.options.intersection(.v6Only).union([.bindAddressNoPort]).union(waiver)
    let outcome = cbinddiagnosis_bind(try question.forKernel())
    if let error = question.error(of: outcome) {
      if error.code == .unknownInterface { return .unknownInterface }
      if outcome.step == CBINDDIAGNOSIS_SOCKET, outcome.error == EAFNOSUPPORT { return .unknownFamily }
      throw error
    }
    switch outcome.error {
    case 0: return .usable
    case EADDRNOTAVAIL: return .notLocal
    case ENODEV: return .unknownInterface
    case EINVAL where request.lacksInterface: return .missingScope
    default: return .other(outcome.error)
    }
  }
}

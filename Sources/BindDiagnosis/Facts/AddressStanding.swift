internal import CBindDiagnosis
internal import Glibc
internal import SockDiagWire

/// How the kernel treats an address, whatever the port.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum AddressStanding: Hashable, Sendable {
  /// A socket may be bound to it.
  case usable
  /// It is not an address of this host or of the interface, or it is still being checked for duplicates:
  /// `EADDRNOTAVAIL`.
  case notLocal
  /// There is no such interface: `ENODEV`.
  case unknownInterface
  /// It is valid only with an interface, and none is named: `EINVAL`.
  case missingScope
  /// The kernel does not have the address's family: `EAFNOSUPPORT` of socket().
  case unknownFamily
  /// Another error: the errno.
  case other(Int32)

  /// How the kernel treats the address of a request with the request's own options, in the network namespace of the
  /// calling thread.
  ///
  /// A socket binds the address without a port, so no port is taken and no program is disturbed.
  /// ``BindOptions/freebind`` and ``BindOptions/transparent`` make any address usable; neither they nor the user need
  /// privileges here.
  ///
  /// - Throws: ``BindFactError`` if the kernel cannot be asked: `Code.unsupported` before Linux 4.2, `.optionRefused`
  ///   for a request with an interface before Linux 5.7 without CAP_NET_RAW.
  ///
  /// Kernel: `IP_BIND_ADDRESS_NO_PORT`, linux/in.h; `inet_bind`, net/ipv4/af_inet.c; `inet6_bind`, net/ipv6/af_inet6.c.
  public static func ofAddress(in request: BindRequest) throws(BindFactError) -> AddressStanding {
    // Both skip the same check, and the second needs a capability.
    let isWaived = !request.options.isDisjoint(with: [.freebind, .transparent])
    return try ask(request, isWaived ? [.freebind] : [])
  }

  /// How the kernel treats the address of a request without options that skip the check: whether it is local.
  ///
  /// If `net.ipv4.ip_nonlocal_bind`, or that of `net.ipv6`, is 1, the kernel accepts any address. To find out whether
  /// it is local, check the addresses of the interfaces.
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

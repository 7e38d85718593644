extension AddressStanding: CustomStringConvertible {
  /// What the kernel says about the address, as a clause without a full stop.
  public var description: String {
    switch self {
    case .usable: "a socket may be bound to the address"
    case .notLocal: "the address is not usable on this host (EADDRNOTAVAIL)"
    case .unknownInterface: "there is no such interface (ENODEV)"
    case .missingScope: "the address needs an interface, and none is named (EINVAL)"
    case .unknownFamily: "the kernel does not have the address family (EAFNOSUPPORT)"
    case .other(let errno): "the kernel refuses the address with \(BindErrno(rawValue: errno))"
    }
  }
}

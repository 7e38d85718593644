extension AddressOverlap: CustomStringConvertible {
  /// A sentence about the two addresses.
  public var description: String { sentence("the socket's address") ?? "Both sockets have the same address." }

  /// Why the two addresses conflict; `nil` if they are the same, which needs no explanation.
  ///
  /// - Parameters:
  ///   - address: The address of the socket on the port.
  ///   - wildcard: How that address reads where it is a wildcard.
  ///   - isCertain: Whether the socket is known to accept IPv4.
  func sentence(_ address: String, wildcard: Wildcard? = nil, isCertain: Bool = true) -> String? {
    switch self {
    case .same: return nil
    case .socketIsWildcard:
      switch wildcard {
      case .v4?: return "0.0.0.0 includes every IPv4 address."
      case .v6(acceptsV4: true?)?: return "[::] includes every address, IPv4 too."
      case .v6(acceptsV4: false?)?: return "[::] includes every IPv6 address."
      case .v6(acceptsV4: nil)?: return "[::] includes IPv4 too, unless its socket set IPV6_V6ONLY."
      case nil: return "The socket has all addresses, and the requested one is one of them."
      }
    case .requestIsWildcard: return "You ask for all addresses, and \(address) is one of them."
    case .shadow:
      let condition =
        isCertain
        ? "is an IPv6 address, but its socket accepts IPv4 too. The kernel gives such a socket"
        : "is an IPv6 address. Unless its socket set IPV6_V6ONLY, the kernel gives it"
      return
        "\(address.capitalizedFirst) \(condition) the IPv4 address 127.0.0.6, so a bind() to 0.0.0.0 conflicts with it."
        + " A bind() to one IPv4 address does not."
    }
  }

  /// The wildcard address that a socket on the port has.
  enum Wildcard {
    case v4
    /// Whether its socket accepts IPv4 as well; `nil` if that is not known.
    case v6(acceptsV4: Bool?)
  }
}

extension String {
  /// The text with its first letter in upper case.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

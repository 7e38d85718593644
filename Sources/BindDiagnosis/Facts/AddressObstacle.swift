public import SockDiag

/// Why the kernel does not let a socket have an address: what stands behind `EADDRNOTAVAIL`.
public enum AddressObstacle: Hashable, Sendable {
  /// No interface has the address. `interface` is the one that the request names; `nil` if it names none.
  case absent(interface: NetworkInterface?)
  /// Another interface has it, and not the one that the socket is bound to, or the scope of the address. With an address
  /// that needs an interface, also where the request names none.
  case onOtherInterface(NetworkInterface)
  /// The kernel still checks the address for duplicates. The check begins when the link works.
  case tentative(NetworkInterface, prefixLength: UInt8)
  /// The check found another host on the link that has the address.
  case duplicate(NetworkInterface, prefixLength: UInt8)
  /// The interfaces that could have the address refuse IPv6. `interface` is the only one in question; `nil` where all do.
  case refusesIPv6(interface: NetworkInterface?)

  /// Whether it passes by itself, so that waiting makes sense.
  public var isPassing: Bool {
    if case .tentative = self { true } else { false }
  }
}

extension AddressObstacle {
  /// Looks for the obstacle, in the network namespace of the calling thread.
  ///
  /// - Returns: `nil` if there is none (any more).
  /// - Throws: `SockDiagError` if rtnetlink cannot be read.
  ///
  /// Kernel: `ipv6_chk_addr_and_flags`, net/ipv6/addrconf.c; `inet_addr_type_dev_table`, net/ipv4/fib_frontend.c.
  static func find(for request: BindRequest) throws(SockDiagError) -> AddressObstacle? {
    var reader = try InterfaceReader()
    let address = request.local.address.unmapped
    return find(
      address, on: request.effectiveInterfaceIndex, among: try reader.addresses(address.family),
      of: try reader.interfaces())
  }

  /// The obstacle by what interfaces and addresses there are.
  ///
  /// - Parameter interfaceIndex: The interface that has to have the address; 0 for any.
  static func find(
    _ address: IPAddress, on interfaceIndex: UInt32, among addresses: [InterfaceAddress],
    of interfaces: [NetworkInterface]
  ) -> AddressObstacle? {
    let byIndex = Dictionary(interfaces.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
    let owned = addresses.filter { $0.address == address }
    let lacksInterface = interfaceIndex == 0 && address.needsInterface
    // Other addresses are those of the host, whichever interface has them.
    let isOfInterface = address.isLinkLocal || address == IPAddress(v6: 0, 1)
    let fitting =
      lacksInterface
      ? [] : owned.filter { interfaceIndex == 0 || !isOfInterface || $0.interfaceIndex == interfaceIndex }
    if fitting.contains(where: \.isUsable) { return nil }
    // A check that still runs may end well; one that failed does not.
    let flagged = fitting.first { !$0.flags.contains(.duplicate) } ?? fitting.first
    if let flagged, let interface = byIndex[flagged.interfaceIndex] {
      return flagged.flags.contains(.duplicate)
        ? .duplicate(interface, prefixLength: flagged.prefixLength)
        : .tentative(interface, prefixLength: flagged.prefixLength)
    }
    let named = byIndex[interfaceIndex]
    let others = owned.compactMap { byIndex[$0.interfaceIndex] }
    // Which of several is meant, nobody but the program knows.
    if lacksInterface, others.count > 1 { return nil }
    if let other = others.first { return .onOtherInterface(other) }
    guard address.family == .inet6 else { return .absent(interface: named) }

    let loopback = interfaces.first(where: \.isLoopback)
    let only = named ?? (address == IPAddress(v6: 0, 1) ? loopback : nil)
    let candidates = only.map { [$0] } ?? interfaces.filter { !$0.isLoopback }
    guard !candidates.isEmpty, candidates.allSatisfy({ $0.refusesIPv6 == true }) else {
      return .absent(interface: only)
    }
    return .refusesIPv6(interface: candidates.count == 1 ? candidates.first : nil)
  }
}

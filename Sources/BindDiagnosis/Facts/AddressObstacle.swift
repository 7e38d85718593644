public import SockDiag

/// Why the kernel refuses an address: the reason behind `EADDRNOTAVAIL`.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum AddressObstacle: Hashable, Sendable {
  /// No interface has the address. `interface` is the one in the request; `nil` if the request names none.
  case absent(interface: NetworkInterface?)
  /// Another interface has it, not the one that the socket is bound to or that the scope names. Also if the address
  /// needs an interface and the request names none.
  case onOtherInterface(NetworkInterface)
  /// The kernel is still checking the address for duplicates. The check starts when the link works.
  case tentative(NetworkInterface, prefixLength: UInt8)
  /// The check found another host on the link with the address.
  case duplicate(NetworkInterface, prefixLength: UInt8)
  /// The interfaces that could have the address refuse IPv6. `interface` is the only candidate; `nil` if all refuse it.
  case refusesIPv6(interface: NetworkInterface?)

  /// Whether it is temporary, so that waiting helps.
  public var isPassing: Bool {
    if case .tentative = self { true } else { false }
  }
}

extension AddressObstacle {
  /// Finds the obstacle, in the network namespace of the calling thread.
  ///
  /// - Returns: `nil` if there is none, or none any more.
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

  /// Finds the obstacle from the existing interfaces and addresses.
  ///
  /// - Parameter interfaceIndex: The interface that must have the address; 0 for any.
  static func find(
    _ address: IPAddress, on interfaceIndex: UInt32, among addresses: [InterfaceAddress],
    of interfaces: [NetworkInterface]
  ) -> AddressObstacle? {
    let byIndex = Dictionary(interfaces.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
    let owned = addresses.filter { $0.address == address }
    let lacksInterface = interfaceIndex == 0 && address.needsInterface
    // Other addresses belong to the host, whichever interface has them.
    let isOfInterface = address.isLinkLocal || address == IPAddress(v6: 0, 1)
    let fitting =
      lacksInterface
      ? [] : owned.filter { interfaceIndex == 0 || !isOfInterface || $0.interfaceIndex == interfaceIndex }
    if fitting.contains(where: \.isUsable) { return nil }
    // A running check may still succeed; a failed one will not.
    let flagged = fitting.first { !$0.flags.contains(.duplicate) } ?? fitting.first
    if let flagged, let interface = byIndex[flagged.interfaceIndex] {
      return flagged.flags.contains(.duplicate)
        ? .duplicate(interface, prefixLength: flagged.prefixLength)
        : .tentative(interface, prefixLength: flagged.prefixLength)
    }
    let named = byIndex[interfaceIndex]
    let others = owned.compactMap { byIndex[$0.interfaceIndex] }
    // Only the program knows which of several is meant.
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

internal import SockDiag

/// The addresses and the interface on which something is to listen.
struct ListeningTarget {
  /// `nil` for any address.
  private var addresses: [IPAddress]?
  /// Whether something has to listen on each address. Of the addresses of a host name one is enough: clients try one
  /// after the other.
  private var needsAll = false
  /// The interface over which clients come; 0 for clients on this host.
  private var interfaceIndex: UInt32
  private let interfaces: (IPAddress) -> AddressInterfaces

  /// - Parameter interfaces: Finds the interfaces that have an address. It is called at each look, since a host may get
  ///   an address meanwhile.
  init(_ part: PortSelection.Part, interfaces: @escaping (IPAddress) -> AddressInterfaces = AddressInterfaces.of) {
    self.interfaces = interfaces
    interfaceIndex = part.interfaceIndex
    switch part.place {
    case .anyAddress: addresses = nil
    case .allAddresses: (addresses, needsAll) = ([.anyV4, .anyV6], true)
    case .addresses(let list): addresses = list
    }
  }

  /// Whether a client that connects there reaches one of these sockets.
  func isReached(by sockets: [InetSocket]) -> Bool {
    guard !sockets.isEmpty else { return false }
    guard let addresses else { return sockets.contains { isServed(by: $0) } }
    func isTaken(_ address: IPAddress) -> Bool { sockets.contains { serves($0, address) } }
    return needsAll ? addresses.allSatisfy(isTaken) : addresses.contains(where: isTaken)
  }

  /// Whether this socket serves one of the addresses.
  func isServed(by socket: InetSocket) -> Bool {
    guard let addresses else { return isReachable(socket) }
    return addresses.contains { serves(socket, $0) }
  }

  /// The addresses that this host does not have, so that nothing can listen there.
  var foreignAddresses: [IPAddress] {
    (addresses ?? []).filter { !$0.unmapped.isUnspecified && interfaces($0.unmapped) == .notLocal }
  }

  /// Whether a socket accepts connections to an address. A wildcard stands for all addresses of its family.
  private func serves(_ socket: InetSocket, _ address: IPAddress) -> Bool {
    let (wanted, own) = (address.unmapped, socket.local.address.unmapped)
    guard own == wanted || own.isUnspecified else { return false }
    // A socket on `::` accepts IPv4 unless it is v6-only.
    guard own.family == wanted.family || (own.family == .inet6 && socket.isV6Only != true) else { return false }
    if interfaceIndex != 0 { return socket.interfaceIndex == 0 || socket.interfaceIndex == interfaceIndex }
    if wanted.isUnspecified { return socket.interfaceIndex == 0 }
    return accepts(socket, from: interfaces(wanted))
  }

  /// Whether any client, on this host or another, could reach the socket.
  private func isReachable(_ socket: InetSocket) -> Bool {
    if interfaceIndex != 0, socket.interfaceIndex != 0, socket.interfaceIndex != interfaceIndex { return false }
    let own = socket.local.address.unmapped
    if own.isUnspecified { return true }
    let interfaces = interfaces(own)
    // Packets from other hosts may come over any interface, but those to the loopback network do not.
    return own.isLoopback ? accepts(socket, from: interfaces) : interfaces != .notLocal
  }

  private func accepts(_ socket: InetSocket, from interfaces: AddressInterfaces) -> Bool {
    switch interfaces {
    case .notLocal: false
    case .unknown: socket.interfaceIndex == 0 || socket.local.address.isLinkLocal
    case .known(let indexes): socket.interfaceIndex == 0 || indexes.contains(socket.interfaceIndex)
    }
  }
}

extension IPAddress {
  /// 127.0.0.0/8 and ::1.
  fileprivate var isLoopback: Bool { family == .inet ? low >> 24 & 0xff == 127 : self == IPAddress(v6: 0, 1) }
}

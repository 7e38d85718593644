internal import SockDiag

/// Where somebody is to listen.
struct ListeningTarget {
  /// `nil` for whatever address.
  private var addresses: [IPAddress]?
  /// Whether each address counts. Of those of a name one is enough, for who connects by a name tries one after the other.
  private var needsAll = false
  /// The interface over which clients come; 0 for those of this host.
  private var interfaceIndex: UInt32
  private let arrival: (IPAddress) -> AddressInterfaces

  /// - Parameter arrival: Where connections to an address come in, looked up anew each time: a host gets addresses.
  init(_ port: PortArgument, arrival: @escaping (IPAddress) -> AddressInterfaces = AddressInterfaces.of) {
    self.arrival = arrival
    interfaceIndex = port.interfaceIndex
    switch port.place {
    case .unnamed: addresses = nil
    case .everywhere: (addresses, needsAll) = ([.anyV4, .anyV6], true)
    case .addresses(let list): addresses = list
    }
  }

  /// Whether a client that connects there finds one of these sockets.
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

  /// The addresses of which this host has none, so that nobody can listen there.
  var foreignAddresses: [IPAddress] {
    (addresses ?? []).filter { !$0.unmapped.isUnspecified && arrival($0.unmapped) == .nowhere }
  }

  /// Whether a socket takes what is sent to an address. Who asks for a wildcard wants all addresses of its family.
  private func serves(_ socket: InetSocket, _ address: IPAddress) -> Bool {
    let (wanted, own) = (address.unmapped, socket.local.address.unmapped)
    guard own == wanted || own.isUnspecified else { return false }
    // `::` takes IPv4 unless it refuses it.
    guard own.family == wanted.family || (own.family == .inet6 && socket.isV6Only != true) else { return false }
    if interfaceIndex != 0 { return socket.interfaceIndex == 0 || socket.interfaceIndex == interfaceIndex }
    if wanted.isUnspecified { return socket.interfaceIndex == 0 }
    return takes(socket, arrival(wanted))
  }

  /// Whether anybody could reach the socket, from this host or another.
  private func isReachable(_ socket: InetSocket) -> Bool {
    if interfaceIndex != 0, socket.interfaceIndex != 0, socket.interfaceIndex != interfaceIndex { return false }
    let own = socket.local.address.unmapped
    if own.isUnspecified { return true }
    let arrival = arrival(own)
    // Over other interfaces than the one that has it, packets come to any address but those of the loopback network.
    return own.isLoopback ? takes(socket, arrival) : arrival != .nowhere
  }

  private func takes(_ socket: InetSocket, _ arrival: AddressInterfaces) -> Bool {
    switch arrival {
    case .nowhere: false
    case .somewhere: socket.interfaceIndex == 0 || socket.local.address.isLinkLocal
    case .over(let interfaces): socket.interfaceIndex == 0 || interfaces.contains(socket.interfaceIndex)
    }
  }
}

extension IPAddress {
  /// 127.0.0.0/8 and ::1.
  fileprivate var isLoopback: Bool { family == .inet ? low >> 24 & 0xff == 127 : self == IPAddress(v6: 0, 1) }
}

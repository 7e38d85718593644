internal import SockDiag

/// Where somebody is to listen.
struct ListeningTarget: Hashable {
  /// `nil` for whatever address.
  private var addresses: [IPAddress]?
  /// Whether each address counts. Of those of a name one is enough, for who connects by a name tries one after the other.
  private var needsAll = false
  /// The interface over which clients come; 0 for whatever.
  private var interfaceIndex: UInt32

  init(_ port: PortArgument) {
    interfaceIndex = port.interfaceIndex
    switch port.place {
    case .unnamed: addresses = nil
    case .everywhere: (addresses, needsAll) = ([.anyV4, .anyV6], true)
    case .addresses(let list): addresses = list
    }
  }

  /// Whether a client that connects there finds one of these sockets.
  func isReached(by sockets: [InetSocket]) -> Bool {
    guard let addresses else { return sockets.contains { isServed(by: $0) } }
    func isTaken(_ address: IPAddress) -> Bool { sockets.contains { serves($0, address) } }
    return needsAll ? addresses.allSatisfy(isTaken) : addresses.contains(where: isTaken)
  }

  /// Whether this socket serves one of the addresses.
  func isServed(by socket: InetSocket) -> Bool {
    guard let addresses else { return isOnInterface(socket) }
    return addresses.contains { serves(socket, $0) }
  }

  /// Whether a socket takes what is sent to an address. Who asks for a wildcard wants all addresses of its family.
  private func serves(_ socket: InetSocket, _ address: IPAddress) -> Bool {
    guard isOnInterface(socket) else { return false }
    let (wanted, own) = (address.unmapped, socket.local.address.unmapped)
    if own == wanted { return true }
    guard own.isUnspecified else { return false }
    // `::` takes IPv4 unless it refuses it.
    return own.family == wanted.family || (own.family == .inet6 && socket.isV6Only != true)
  }

  private func isOnInterface(_ socket: InetSocket) -> Bool {
    interfaceIndex == 0 || socket.interfaceIndex == 0 || socket.interfaceIndex == interfaceIndex
  }
}

internal import BindDiagnosis
internal import SockDiag

/// A port of one or two protocols, on all addresses or on some.
struct PortSelection: Hashable {
  var port: PortArgument
  var transports: [TransportProtocol]

  /// Whether a socket would conflict with a bind() here that sets no option. So `::` covers IPv4. Without an address,
  /// every socket on the port is covered.
  func covers(_ socket: InetSocket) -> Bool {
    guard socket.local.port == port.port, transports.contains(socket.protocol) else { return false }
    guard case .addresses(let addresses) = port.place else {
      // With no address given, only the interface can rule a socket out.
      return port.interfaceIndex == 0 || [0, port.interfaceIndex].contains(socket.interfaceIndex)
    }
    return addresses.contains { address in
      let request = BindRequest(
        socket.protocol, SocketAddress(address, port: port.port), uid: 0, interfaceIndex: port.interfaceIndex,
        scopeID: port.interfaceIndex)
      if case .harmless(let reason) = BindRule.effect(of: PortSocket(socket), on: request) {
        return reason == .notBound
      }
      return true
    }
  }
}

internal import BindDiagnosis
internal import SockDiag

/// Ports of one or two protocols, on all addresses or on some.
struct PortSelection: Hashable {
  /// The ports of one argument, with its protocols.
  struct Part: Hashable {
    var range: PortRangeArgument
    var transports: [TransportProtocol]
  }

  var parts: [Part]

  init(_ parts: [Part]) { self.parts = parts }

  /// A single port.
  init(port: PortArgument, transports: [TransportProtocol]) {
    parts = [Part(range: PortRangeArgument(port), transports: transports)]
  }

  /// Whether it is a single port, of one protocol or of both.
  var isSingle: Bool { parts.count == 1 && parts.allSatisfy(\.range.isSingle) }

  /// The first port.
  var port: PortArgument { parts.first?.range.first ?? PortArgument(port: 0) }

  /// The protocols, each once.
  var transports: [TransportProtocol] {
    [TransportProtocol.tcp, .udp].filter { transport in parts.contains { $0.transports.contains(transport) } }
  }

  /// The ports of a protocol.
  func ports(_ transport: TransportProtocol) -> PortSet {
    PortSet(parts.filter { $0.transports.contains(transport) }.map(\.range.ports))
  }

  /// The same ports of the other protocol; `nil` if both are selected for one of them.
  var ofOtherProtocol: PortSelection? {
    guard parts.allSatisfy({ $0.transports.count == 1 }) else { return nil }
    return PortSelection(
      parts.map { Part(range: $0.range, transports: $0.transports == [.udp] ? [.tcp] : [.udp]) })
  }

  /// Whether a socket would conflict with a bind() here that sets no option. So `::` covers IPv4. Without an address,
  /// every socket on the port is covered.
  func covers(_ socket: InetSocket) -> Bool { parts.contains { $0.covers(socket) } }
}

extension PortSelection.Part {
  /// The same for one argument.
  func covers(_ socket: InetSocket) -> Bool {
    guard range.ports.contains(socket.local.port), transports.contains(socket.protocol) else { return false }
    let port = range.first
    guard case .addresses(let addresses) = port.place else {
      // With no address given, only the interface can rule a socket out.
      return port.interfaceIndex == 0 || [0, port.interfaceIndex].contains(socket.interfaceIndex)
    }
    return addresses.contains { address in
      let request = BindRequest(
        socket.protocol, SocketAddress(address, port: socket.local.port), uid: 0, interfaceIndex: port.interfaceIndex,
        scopeID: port.interfaceIndex)
      if case .harmless(let reason) = BindRule.effect(of: PortSocket(socket), on: request) {
        return reason == .notBound
      }
      return true
    }
  }
}

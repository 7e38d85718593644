internal import ArgumentParser
internal import BindDiagnosis
internal import SockDiag

/// A port of some protocols, on all addresses or on some.
struct PortClaim: Hashable {
  var port: PortArgument
  var transports: [TransportProtocol]

  /// The place for messages: `port 8080`, `UDP port 127.0.0.1:53`.
  var description: String {
    let names = transports.map { $0 == .udp ? "UDP" : "TCP" }.joined(separator: " and ")
    return "\(transports == [.tcp] ? "" : names + " ")port \(port.description)"
  }

  /// What `sockdiag why` asks about the same port: a bind() without any option, for each address and protocol.
  func requests() throws -> [BindRequest] {
    try transports.flatMap { transport in
      try BindOptionsArguments.parse(transport == .udp ? ["--udp"] : []).requests(port)
    }
  }

  /// A command of this tool about the same port.
  func command(
    _ subcommand: String, _ transport: TransportProtocol, _ option: String? = nil, namespace: String?
  ) -> String {
    let words = ["sockdiag", subcommand, ShellWord.quoted(port.text)] + (option.map { [$0] } ?? [])
    return (words + ToolLine.suffix(transport, namespace)).joined(separator: " ")
  }

  /// Whether a socket would be in the way of who binds here without any option, and so lets `::` take in IPv4. Without an
  /// address every socket of the port is.
  func meets(_ socket: InetSocket) -> Bool {
    guard socket.local.port == port.port, transports.contains(socket.protocol) else { return false }
    guard case .addresses(let addresses) = port.place else {
      // Two interfaces part what no address does.
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

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

  /// Whether a socket would be in the way of who binds here, if no option lets both have the port.
  ///
  /// The kernel's rule (`inet_rcv_saddr_equal`, net/ipv4/inet_connection_sock.c), for a program that binds `::` without
  /// IPV6_V6ONLY, as is the default: then that takes in IPv4. Without an address every socket of the port is.
  func meets(_ socket: InetSocket) -> Bool {
    guard socket.local.port == port.port, transports.contains(socket.protocol) else { return false }
    // Two devices part what no address does.
    let interfaces = (socket.interfaceIndex, port.interfaceIndex)
    guard interfaces.0 == 0 || interfaces.1 == 0 || interfaces.0 == interfaces.1 else { return false }
    guard case .addresses(let addresses) = port.place else { return true }
    return addresses.contains { Self.overlap($0, socket) }
  }

  private static func overlap(_ wanted: IPAddress, _ socket: InetSocket) -> Bool {
    let held = socket.local.address
    let isV4 = wanted.unmapped.family == .inet
    if held.family == .inet6, held.isUnspecified { return !isV4 || socket.isV6Only != true }
    if wanted.family == .inet6, wanted.isUnspecified { return true }
    guard (held.unmapped.family == .inet) == isV4 else { return false }
    let (left, right) = (wanted.unmapped, held.unmapped)
    return left == right || left.isUnspecified || right.isUnspecified
  }
}

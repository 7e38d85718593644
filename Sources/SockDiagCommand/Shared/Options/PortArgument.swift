internal import SockDiag
internal import SockDiagWire

/// A port as it is written on the command line, with or without an address: `8080`, `:http`, `127.0.0.1:8080`,
/// `[::1]:8080`, `*:8080`, `[fe80::1%eth0]:80`, `localhost:8080`; the protocol may follow: `53/udp`.
struct PortArgument: Hashable {
  /// On which addresses.
  enum Place: Hashable {
    /// None is named.
    case unnamed
    /// All of both families: `*`.
    case everywhere
    /// Those of a name, or the one that is written. Each counts.
    case addresses([IPAddress])
  }

  /// What was written, without the protocol.
  var text: String
  var place: Place
  /// The interface behind a `%`; 0 for none.
  var interfaceIndex: UInt32 = 0
  /// The port; 0 leaves the choice to the kernel.
  var port: UInt16
  /// The protocol behind a `/`; `nil` for none.
  var transport: TransportProtocol?

  /// Reads the text.
  ///
  /// - Parameter names: Looks up hosts, services and interfaces: those of the namespace in which the thread is.
  init(parsing text: String, names: any FilterNames = HostNames()) throws(CommandFailure) {
    let (text, transport) = Self.withoutProtocol(text)
    self.transport = transport
    let parser = PortArgumentParser(text: text, names: names)
    let (host, port) = try parser.split()
    self.text = text
    self.port = try parser.port(port)
    guard let host else {
      place = .unnamed
      return
    }
    if let interface = host.interface { interfaceIndex = try parser.interfaceIndex(interface) }
    place = try parser.place(host)
  }

  /// Parts `53/udp`, as `docker ps`, `/etc/services` and firewalls write ports.
  private static func withoutProtocol(_ text: String) -> (String, TransportProtocol?) {
    let known: [String: TransportProtocol] = ["tcp": .tcp, "udp": .udp]
    // The slash of a URL is another one.
    guard let slash = text.lastIndex(of: "/"), !text.contains("://"),
      let transport = known[text[text.index(after: slash)...].lowercased()]
    else { return (text, nil) }
    return (String(text[..<slash]), transport)
  }

  /// The protocols that the port and the options name together; TCP if neither names one.
  ///
  /// - Throws: ``CommandFailure`` where the two contradict each other.
  func transports(tcp: Bool, udp: Bool) throws(CommandFailure) -> [TransportProtocol] {
    let named = (tcp ? [TransportProtocol.tcp] : []) + (udp ? [.udp] : [])
    guard let transport else { return named.isEmpty ? [.tcp] : named }
    if let other = named.first(where: { $0 != transport }) {
      throw .usage(
        "'\(text)/\(transport)' names another protocol than \(other == .udp ? "-u" : "-t"); leave one of them out")
    }
    return [transport]
  }

  /// The same where only one protocol can be asked about.
  func singleTransport(tcp: Bool, udp: Bool) throws(CommandFailure) -> TransportProtocol {
    let transports = try transports(tcp: tcp, udp: udp)
    guard let transport = transports.first, transports.count == 1 else {
      throw .usage("-t and -u are two questions; ask them one after the other")
    }
    return transport
  }

  /// Refuses a link-local address without an interface: two sockets that differ in the interface alone do not meet.
  ///
  /// A bind() is asked about as it would be called, and need not have one: the socket may be bound to the interface.
  func requireInterface() throws(CommandFailure) {
    guard interfaceIndex == 0, case .addresses(let addresses) = place,
      let address = addresses.first(where: \.isLinkLocal)
    else { return }
    throw .usage(
      "'\(text)' has a link-local address without an interface; write it as [\(address)%eth0]:\(port)")
  }

  /// Port and address as a table shows them, without names but that of an interface.
  var description: String {
    if interfaceIndex != 0 { return text }
    let hosts: [String] =
      switch place {
      case .unnamed: [""]
      case .everywhere: ["*:"]
      case .addresses(let addresses): addresses.map { $0.family == .inet6 ? "[\($0)]:" : "\($0):" }
      }
    return hosts.map { "\($0)\(port)" }.joined(separator: ", ")
  }
}

internal import SockDiag
internal import SockDiagWire

/// A port on the command line, with or without an address: `8080`, `:http`, `127.0.0.1:8080`,
/// `[::1]:8080`, `*:8080`, `[fe80::1%eth0]:80`, `localhost:8080`; the protocol may follow: `53/udp`.
struct PortArgument: Hashable {
  /// The addresses of the argument.
  enum Place: Hashable {
    /// No address is given.
    case unnamed
    /// All addresses of both families: `*`.
    case everywhere
    /// The address that is given, or all addresses of the host name.
    case addresses([IPAddress])
  }

  /// The text of the argument, without the protocol.
  var text: String
  var place: Place
  /// The interface after a `%`; 0 for none.
  var interfaceIndex: UInt32 = 0
  /// The port; 0 lets the kernel choose.
  var port: UInt16
  /// The protocol after a `/`; `nil` for none.
  var transport: TransportProtocol?

  /// Creates an argument from values.
  init(text: String, place: Place, interfaceIndex: UInt32 = 0, port: UInt16) {
    self.text = text
    self.place = place
    self.interfaceIndex = interfaceIndex
    self.port = port
  }

  /// Creates the argument for a port without an address.
  init(port: UInt16) { self.init(text: "\(port)", place: .unnamed, port: port) }

  /// Reads the text.
  ///
  /// - Parameter names: Looks up hosts, services and interfaces, in the namespace of the calling thread.
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

  /// Splits `53/udp`, the form of `docker ps`, `/etc/services` and firewalls.
  static func withoutProtocol(_ text: String) -> (String, TransportProtocol?) {
    let known: [String: TransportProtocol] = ["tcp": .tcp, "udp": .udp]
    // The slash of a URL has another meaning.
    guard let slash = text.lastIndex(of: "/"), !text.contains("://"),
      let transport = known[text[text.index(after: slash)...].lowercased()]
    else { return (text, nil) }
    return (String(text[..<slash]), transport)
  }

  /// The protocols of the port and the options; TCP if neither names one.
  ///
  /// - Throws: ``CommandFailure`` if the two contradict each other.
  func transports(tcp: Bool, udp: Bool) throws(CommandFailure) -> [TransportProtocol] {
    let named = (tcp ? [TransportProtocol.tcp] : []) + (udp ? [.udp] : [])
    guard let transport else { return named.isEmpty ? [.tcp] : named }
    if let other = named.first(where: { $0 != transport }) {
      throw .usage(
        "'\(text)/\(transport)' names another protocol than \(other == .udp ? "-u" : "-t"); leave one of them out")
    }
    return [transport]
  }

  /// The protocol of the port and the options, for subcommands that take one.
  func singleTransport(tcp: Bool, udp: Bool) throws(CommandFailure) -> TransportProtocol {
    let transports = try transports(tcp: tcp, udp: udp)
    guard let transport = transports.first, transports.count == 1 else {
      throw .usage("-t and -u are two questions; ask them one after the other")
    }
    return transport
  }

  /// Refuses a link-local address without an interface, because the same address may exist on several.
  ///
  /// For a bind() it may be missing, because the socket may be bound to the interface.
  func requireInterface() throws(CommandFailure) {
    guard interfaceIndex == 0, case .addresses(let addresses) = place,
      let address = addresses.first(where: \.isLinkLocal)
    else { return }
    throw .usage(
      "'\(text)' has a link-local address without an interface; write it as [\(address)%eth0]:\(port)")
  }

  /// The port and the address in the form of a table, in numbers but for the interface.
  var description: String {
    if interfaceIndex != 0 { return text }
    return hosts.map { "\($0)\(port)" }.joined(separator: ", ")
  }

  /// The addresses in the form of a table, each with the colon before a port; an empty text without an address.
  var hosts: [String] {
    switch place {
    case .unnamed: [""]
    case .everywhere: ["*:"]
    case .addresses(let addresses): addresses.map { $0.family == .inet6 ? "[\($0)]:" : "\($0):" }
    }
  }
}

internal import BindDiagnosis
public import SockDiag

/// Ports of one or both protocols, on all addresses or on some: what is waited for, or whose holders are ended.
public struct PortSelection: Hashable, Sendable {
  /// Ports at one place.
  public struct Part: Hashable, Sendable {
    /// The ports.
    public var ports: ClosedRange<UInt16>
    /// The addresses.
    public var place: Place
    /// The interface over which clients come; 0 for any. Kernel: `SO_BINDTODEVICE`, asm-generic/socket.h.
    public var interfaceIndex: UInt32
    /// The protocols: TCP, UDP or both, each once.
    public var transports: [TransportProtocol]

    /// Creates a part.
    public init(
      _ ports: ClosedRange<UInt16>, _ transports: [TransportProtocol] = [.tcp], at place: Place = .anyAddress,
      interfaceIndex: UInt32 = 0
    ) {
      (self.ports, self.place, self.interfaceIndex) = (ports, place, interfaceIndex)
      self.transports = transports
    }
  }

  /// The addresses of ports.
  public enum Place: Hashable, Sendable {
    /// No address is named: a server may bind all addresses, and a client may connect to any.
    case anyAddress
    /// All addresses of both families.
    case allAddresses
    /// These addresses, such as those of a host name. A wildcard stands for all addresses of its family.
    case addresses([IPAddress])
  }

  /// The parts, in the order in which they are named.
  public var parts: [Part]

  /// Creates a selection from its parts.
  public init(_ parts: [Part]) { self.parts = parts }

  /// A single port.
  public init(
    _ port: UInt16, _ transports: [TransportProtocol] = [.tcp], at place: Place = .anyAddress,
    interfaceIndex: UInt32 = 0
  ) {
    parts = [Part(port...port, transports, at: place, interfaceIndex: interfaceIndex)]
  }

  /// Whether it is a single port, of one protocol or of both.
  public var isSingle: Bool { parts.count == 1 && parts.allSatisfy { $0.ports.count == 1 } }

  /// The protocols, each once.
  public var transports: [TransportProtocol] {
    [TransportProtocol.tcp, .udp].filter { transport in parts.contains { $0.transports.contains(transport) } }
  }

  /// The ports of a protocol.
  public func ports(_ transport: TransportProtocol) -> PortSet {
    PortSet(parts.filter { $0.transports.contains(transport) }.map(\.ports))
  }

  /// The first port; 0 if there are none.
  package var firstPort: UInt16 { parts.first?.ports.lowerBound ?? 0 }

  /// The same ports of the other protocol; `nil` if both are selected for one of them.
  public var ofOtherProtocol: PortSelection? {
    guard parts.allSatisfy({ $0.transports.count == 1 }) else { return nil }
    return PortSelection(
      parts.map { part in
        var other = part
        other.transports = part.transports == [.udp] ? [.tcp] : [.udp]
        return other
      })
  }

  /// The selection of one port among these.
  public func narrowed(to port: UInt16, _ transport: TransportProtocol) -> PortSelection {
    PortSelection(
      parts.filter { $0.transports.contains(transport) && $0.ports.contains(port) }.map { part in
        var one = part
        one.ports = port...port
        if !isSingle { one.transports = [transport] }
        return one
      })
  }

  /// Whether a socket would conflict with a bind() here that sets no option. So `::` covers IPv4. Without an address,
  /// every socket on the port is covered.
  public func covers(_ socket: InetSocket) -> Bool { parts.contains { $0.covers(socket) } }
}

extension PortSelection.Part {
  /// The same for one part.
  func covers(_ socket: InetSocket) -> Bool {
    guard ports.contains(socket.local.port), transports.contains(socket.protocol) else { return false }
    guard case .addresses(let addresses) = place else {
      // With no address given, only the interface can rule a socket out.
      return interfaceIndex == 0 || [0, interfaceIndex].contains(socket.interfaceIndex)
    }
    return addresses.contains { address in
      let request = BindRequest(
        socket.protocol, SocketAddress(address, port: socket.local.port), uid: 0, interfaceIndex: interfaceIndex,
        scopeID: interfaceIndex)
      if case .harmless(let reason) = BindRule.effect(of: PortSocket(socket), on: request) {
        return reason == .notBound
      }
      return true
    }
  }
}

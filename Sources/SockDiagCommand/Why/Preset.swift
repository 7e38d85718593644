internal import ArgumentParser
internal import BindDiagnosis
internal import SockDiag

/// What servers of a kind ask of bind() when nobody tells them otherwise.
enum Preset: String, CaseIterable, ExpressibleByArgument {
  case c, python, asyncio, go, node, rust, java, nginx, systemd

  /// The options that are set before bind() to an address.
  ///
  /// Python is its modules socket and socketserver; http.server sets SO_REUSEADDR.
  func options(_ transport: TransportProtocol, _ address: IPAddress) -> BindOptions {
    let isV6 = address.family == .inet6
    switch self {
    case .c, .python: return []
    // With UDP they leave the options alone.
    case .go, .node, .rust, .java: return transport == .udp ? [] : .reuseAddress
    case .asyncio where transport == .udp: return []
    // A socket of its own for each family. With UDP nginx does so too, but for `nginx -t`.
    case .asyncio, .nginx: return isV6 ? [.reuseAddress, .v6Only] : .reuseAddress
    case .systemd: return .reuseAddress
    }
  }

  /// The addresses that are bound where the program is given none, or either where it has to be given one.
  func addresses(_ transport: TransportProtocol) -> [IPAddress] {
    switch self {
    case .go, .java, .systemd: [.anyV6]
    // With UDP it is told the family, and nothing else.
    case .node: transport == .udp ? [.anyV4, .anyV6] : [.anyV6]
    case .python, .nginx: [.anyV4]
    case .c, .asyncio, .rust: [.anyV4, .anyV6]
    }
  }

  /// The address that is bound where the program is given this one. Go and Java take all of IPv4 for all addresses.
  func bound(_ address: IPAddress) -> IPAddress {
    switch self {
    case .go, .java: address == .anyV4 ? .anyV6 : address
    default: address
    }
  }

  /// How an option is set in a program of this kind; `nil` where that is not the program's business.
  func statement(_ option: BindOptions) -> String? {
    guard let name = option.kernelNames.first else { return nil }
    switch self {
    case .python, .asyncio:
      switch option {
      case .reuseAddress where self == .asyncio: return "loop.create_server(…, reuse_address=True)"
      case .reusePort where self == .asyncio: return "loop.create_server(…, reuse_port=True)"
      // Of options of the address, old versions lack the name.
      case .freebind: return "s.setsockopt(socket.IPPROTO_IP, 15, 1)  # IP_FREEBIND"
      case .bindAddressNoPort: return "s.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT"
      default: return "s.setsockopt(socket.\(Self.level(option)), socket.\(name), 1)"
      }
    case .node:
      switch option {
      case .reusePort: return "server.listen({ port, reusePort: true })"
      case .v6Only: return "server.listen({ port, ipv6Only: true })"
      default: return nil
      }
    case .go:
      switch option {
      case .v6Only: return "net.Listen(\"tcp6\", …)"
      default:
        return "net.ListenConfig{Control: …}, in it"
          + " unix.SetsockoptInt(int(fd), unix.\(Self.level(option)), unix.\(name), 1)"
      }
    case .nginx:
      switch option {
      case .reusePort: return "listen … reuseport;"
      case .v6Only: return "listen [::]:… ipv6only=on;"
      default: return nil
      }
    case .systemd:
      switch option {
      case .reusePort: return "ReusePort=yes"
      case .v6Only: return "BindIPv6Only=ipv6-only"
      case .freebind: return "FreeBind=yes"
      default: return nil
      }
    case .java:
      switch option {
      case .reuseAddress: return "socket.setReuseAddress(true)"
      case .reusePort: return "socket.setOption(StandardSocketOptions.SO_REUSEPORT, true)"
      default: return nil
      }
    case .c, .rust:
      return "setsockopt(fd, \(Self.level(option)), \(name), &(int){1}, sizeof(int))"
    }
  }

  /// The first number of setsockopt(), by its name.
  private static func level(_ option: BindOptions) -> String {
    switch option {
    case .v6Only: "IPPROTO_IPV6"
    case .freebind, .transparent, .bindAddressNoPort: "IPPROTO_IP"
    default: "SOL_SOCKET"
    }
  }
}

extension BindOptions {
  private static let names: [(option: BindOptions, name: String)] = [
    (.reuseAddress, "SO_REUSEADDR"), (.reusePort, "SO_REUSEPORT"), (.v6Only, "IPV6_V6ONLY"),
    (.freebind, "IP_FREEBIND"), (.transparent, "IP_TRANSPARENT"),
    (.bindAddressNoPort, "IP_BIND_ADDRESS_NO_PORT"), (.reusePortProgram, "SO_ATTACH_REUSEPORT_EBPF"),
  ]

  /// The kernel's names of the options that are set.
  var kernelNames: [String] { Self.names.filter { contains($0.option) }.map(\.name) }

  /// Each option by itself.
  var each: [BindOptions] { Self.names.map(\.option).filter(contains) }
}

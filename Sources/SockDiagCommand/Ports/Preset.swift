internal import ArgumentParser
internal import BindDiagnosis
internal import SockDiag

/// A kind of server: the addresses and socket options that it uses by default.
enum Preset: String, CaseIterable, ExpressibleByArgument {
  case c, python, asyncio, go, node, rust, java, nginx, systemd

  /// The options that are set before bind() to an address.
  ///
  /// Python means the modules socket and socketserver. http.server sets SO_REUSEADDR.
  func options(_ transport: TransportProtocol, _ address: IPAddress) -> BindOptions {
    let isV6 = address.family == .inet6
    switch self {
    case .c, .python: return []
    // These kinds set no options with UDP.
    case .go, .node, .rust, .java: return transport == .udp ? [] : .reuseAddress
    case .asyncio where transport == .udp: return []
    // One socket for each family. nginx does this with UDP too, except for `nginx -t`.
    case .asyncio, .nginx: return isV6 ? [.reuseAddress, .v6Only] : .reuseAddress
    case .systemd: return .reuseAddress
    }
  }

  /// The addresses that a program without a configured address binds; both if the program requires one.
  func addresses(_ transport: TransportProtocol) -> [IPAddress] {
    switch self {
    case .go, .java, .systemd: [.anyV6]
    // With UDP, programs choose the family only.
    case .node: transport == .udp ? [.anyV4, .anyV6] : [.anyV6]
    case .python, .nginx: [.anyV4]
    case .c, .asyncio, .rust: [.anyV4, .anyV6]
    }
  }

  /// The address that a program binds if this one is configured. Go and Java bind `[::]` for 0.0.0.0.
  func bound(_ address: IPAddress) -> IPAddress {
    switch self {
    case .go, .java: address == .anyV4 ? .anyV6 : address
    default: address
    }
  }
}

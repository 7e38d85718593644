internal import SockDiag

extension Preset {
  /// Whether servers of this kind set IPV6_V6ONLY to 0 or 1. Other kinds use the default of the host,
  /// `net.ipv6.bindv6only`.
  func setsV6Only(_ transport: TransportProtocol) -> Bool {
    switch self {
    case .go, .java, .nginx: true
    case .node, .asyncio: transport == .tcp
    case .c, .python, .rust, .systemd: false
    }
  }
}

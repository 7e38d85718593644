internal import BindDiagnosis
internal import SockDiag

/// The sockets that a kind of server makes for one protocol.
struct ServerHabit {
  /// The options before bind(), without IPV6_V6ONLY.
  var options: BindOptions = []
  /// The addresses that the server binds if its configuration names none.
  var addresses: [IPAddress] = [.anyV4, .anyV6]
  var v6Only = V6Only.untouched

  /// What the server does with IPV6_V6ONLY of its IPv6 sockets.
  enum V6Only {
    /// It keeps the default of the host.
    case untouched
    case off
    case on
    /// It sets 0 for `[::]`, and 1 for other addresses.
    case onExceptWildcard

    /// Whether the option is set for an address.
    func isOn(_ address: IPAddress) -> Bool {
      switch self {
      case .untouched, .off: false
      case .on: true
      case .onExceptWildcard: address != .anyV6
      }
    }
  }

  /// The habits of a kind of server for both protocols.
  struct Pair {
    var tcp: ServerHabit
    /// `nil` for servers that use TCP alone, or whose UDP sockets were not measured.
    var udp: ServerHabit?
    /// Whether the server binds `[::]` when it is told to use 0.0.0.0.
    var bindsIPv6ForAnyV4 = false
  }
}

extension Preset {
  private static let loopbacks: [IPAddress] = [IPAddress(v4: 0x7f00_0001), IPAddress(v6: 0, 1)]

  /// The habits of this kind, as strace shows them: Fixtures/presets.
  var habits: ServerHabit.Pair {
    switch self {
    case .c: .init(tcp: .init(), udp: .init())
    case .rust, .tokio: .init(tcp: .init(options: .reuseAddress), udp: .init())
    case .go, .java:
      .init(
        tcp: .init(options: .reuseAddress, addresses: [.anyV6], v6Only: .off),
        udp: .init(addresses: [.anyV6], v6Only: .off), bindsIPv6ForAnyV4: true)
    // http.server. Flask, Django and other servers on socketserver keep the default of IPV6_V6ONLY.
    case .python:
      .init(
        tcp: .init(options: .reuseAddress, addresses: [.anyV4], v6Only: .off), udp: .init(addresses: [.anyV4]))
    case .pythonSocket: .init(tcp: .init(addresses: [.anyV4]), udp: .init(addresses: [.anyV4]))
    case .asyncio: .init(tcp: .init(options: .reuseAddress, v6Only: .on), udp: .init())
    case .gunicorn, .puma: .init(tcp: .init(options: .reuseAddress, addresses: [.anyV4]))
    case .uvicorn:
      .init(tcp: .init(options: .reuseAddress, addresses: Array(Self.loopbacks.prefix(1)), v6Only: .on))
    // With UDP, programs choose the family only.
    case .node: .init(tcp: .init(options: .reuseAddress, addresses: [.anyV6], v6Only: .off), udp: .init())
    case .deno: .init(tcp: .init(options: .reuseAddress, addresses: [.anyV4]), udp: .init(addresses: [.anyV4]))
    case .bun:
      .init(
        tcp: .init(options: .reuseAddress, addresses: [.anyV6], v6Only: .off), udp: .init(addresses: [.anyV4]))
    // Kestrel, which makes [::] a socket for both families.
    case .dotnet:
      .init(
        tcp: .init(options: .reuseAddress, addresses: [.anyV6], v6Only: .onExceptWildcard),
        udp: .init(addresses: [.anyV4], v6Only: .on))
    case .php: .init(tcp: .init(options: .reuseAddress), udp: .init(options: .reuseAddress))
    // The development server, which binds localhost.
    case .rails: .init(tcp: .init(options: .reuseAddress, addresses: Self.loopbacks))
    case .apache: .init(tcp: .init(options: .reuseAddress, addresses: [.anyV6], v6Only: .off))
    case .caddy:
      .init(
        tcp: .init(options: [.reuseAddress, .reusePort], addresses: [.anyV6], v6Only: .off), bindsIPv6ForAnyV4: true)
    case .haproxy: .init(tcp: .init(options: [.reuseAddress, .reusePort], addresses: [.anyV4], v6Only: .off))
    // One socket for each family. nginx does this with UDP too, except for `nginx -t`.
    case .nginx:
      .init(
        tcp: .init(options: .reuseAddress, addresses: [.anyV4], v6Only: .on),
        udp: .init(options: .reuseAddress, addresses: [.anyV4], v6Only: .on))
    case .postgres: .init(tcp: .init(options: .reuseAddress, addresses: Self.loopbacks, v6Only: .on))
    case .redis: .init(tcp: .init(options: .reuseAddress, v6Only: .on))
    case .docker:
      .init(tcp: .init(options: .reuseAddress, v6Only: .on), udp: .init(options: .reuseAddress, v6Only: .on))
    case .systemd:
      .init(
        tcp: .init(options: .reuseAddress, addresses: [.anyV6]),
        udp: .init(options: .reuseAddress, addresses: [.anyV6]))
    }
  }
}

internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire

/// A kind of server: the addresses and socket options that it uses by default.
///
/// ``habits`` has the facts. They were measured with strace; Fixtures/presets has the calls.
enum Preset: String, CaseIterable {
  case c, rust, tokio, go, python
  case pythonSocket = "python-socket"
  case asyncio, gunicorn, uvicorn, node, deno, bun, java, dotnet, php, puma, rails, apache, caddy, haproxy, nginx
  case postgres, redis, docker, systemd

  /// Other names of the kinds: frameworks that leave the binding to a server of that kind, and longer names.
  private static let synonyms: [String: Preset] = [
    "flask": .python, "django": .python, "golang": .go, "nodejs": .node, "fastapi": .uvicorn, "ruby": .puma,
    "httpd": .apache, "kestrel": .dotnet, "aspnet": .dotnet, "tomcat": .java, "postgresql": .postgres,
    "dockerd": .docker, "docker-proxy": .docker,
  ]

  static var names: [String] { allCases.map(\.rawValue) }

  /// Reads a name. Upper case is accepted.
  init?(named text: String) {
    let name = text.lowercased()
    guard let preset = Preset(rawValue: name) ?? Self.synonyms[name] else { return nil }
    self = preset
  }

  /// The sentence about a name that is no kind.
  static func refusal(of name: String) -> String {
    let synonym = NearestNames.suggestion(
      for: name, among: synonyms.keys.sorted(), otherwise: "use one of \(names.joined(separator: ", "))")
    return "--as: '\(name)' is not a known kind of server; "
      + NearestNames.suggestion(for: name, among: names, otherwise: synonym)
  }

  /// Whether servers of this kind can use a protocol.
  func supports(_ transport: TransportProtocol) -> Bool { transport != .udp || habits.udp != nil }

  /// The options that are set before bind() to an address.
  func options(_ transport: TransportProtocol, _ address: IPAddress) -> BindOptions {
    let habit = transport == .udp ? habits.udp ?? ServerHabit() : habits.tcp
    guard address.family == .inet6, habit.v6Only.isOn(address) else { return habit.options }
    return habit.options.union(.v6Only)
  }

  /// Whether servers of this kind set IPV6_V6ONLY to 0 or 1. Other kinds use the default of the host,
  /// `net.ipv6.bindv6only`.
  func setsV6Only(_ transport: TransportProtocol) -> Bool {
    (transport == .udp ? habits.udp : habits.tcp).map { $0.v6Only != .untouched } ?? false
  }

  /// The addresses that a program without a configured address binds; both if the program requires one.
  func addresses(_ transport: TransportProtocol) -> [IPAddress] {
    transport == .udp ? habits.udp?.addresses ?? habits.tcp.addresses : habits.tcp.addresses
  }

  /// The address that a program binds if this one is configured. Go and Java bind `[::]` for 0.0.0.0.
  func bound(_ address: IPAddress) -> IPAddress {
    habits.bindsIPv6ForAnyV4 && address == .anyV4 ? .anyV6 : address
  }
}

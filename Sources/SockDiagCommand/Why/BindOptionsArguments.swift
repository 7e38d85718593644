internal import ArgumentParser
internal import BindDiagnosis
internal import Glibc
internal import SockDiag
internal import SockDiagWire

/// The options that describe who binds.
struct BindOptionsArguments: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "Bind as servers of this kind do: \(Preset.allCases.map(\.rawValue).joined(separator: ", ")). To go and java, 0.0.0.0 is [::].",
      valueName: "kind")
  )
  var preset: Preset?

  @Flag(name: .shortAndLong, help: "TCP, as without -t and -u.")
  var tcp = false

  @Flag(name: .shortAndLong, help: "UDP instead of TCP.")
  var udp = false

  @Flag(name: .customLong("reuseaddr"), help: "With SO_REUSEADDR.")
  var reuseAddress = false

  @Flag(name: .customLong("reuseport"), help: "With SO_REUSEPORT.")
  var reusePort = false

  @Flag(
    name: .customLong("reuseport-program"),
    help: "With --reuseport: a program that chooses among the sockets is attached before bind().")
  var reusePortProgram = false

  @Flag(name: .customLong("v6only"), help: "With IPV6_V6ONLY: an IPv6 socket that refuses IPv4.")
  var v6Only = false

  @Flag(help: "With IP_FREEBIND: the address need not be one of this host.")
  var freebind = false

  @Option(help: ArgumentHelp("The user who binds; by default you.", valueName: "user"))
  var uid: String?

  @Option(help: ArgumentHelp("Bound to an interface, by SO_BINDTODEVICE.", valueName: "interface"))
  var device: String?

  /// The protocol that is asked about.
  func transport(of port: PortArgument) throws(CommandFailure) -> TransportProtocol {
    try port.singleTransport(tcp: tcp, udp: udp)
  }

  /// What is asked of bind(), for each of the addresses.
  func requests(_ port: PortArgument) throws -> [BindRequest] {
    let transport = try self.transport(of: port)
    let preset = preset ?? .c
    var options: BindOptions = []
    if reuseAddress { options.insert(.reuseAddress) }
    if reusePort { options.insert(.reusePort) }
    if freebind { options.insert(.freebind) }
    if reusePortProgram {
      guard reusePort else { throw CommandFailure.usage("--reuseport-program takes --reuseport, as in the kernel") }
      options.insert(.reusePortProgram)
    }
    let (user, mayBindPrivilegedPorts) = try self.user()
    let interface = try interfaceIndex()
    let untouched = BindOptions.ofFreshIPv6Socket
    let all = try addresses(port, preset, transport)
    return (try leavesOutIPv6(port) ? Self.inIPv4(all) : all).map { address in
      var request = BindRequest(
        transport, SocketAddress(address, port: port.port), options: options.union(preset.options(transport, address)),
        uid: user, interfaceIndex: interface, mayBindPrivilegedPorts: mayBindPrivilegedPorts)
      request.ambiguousUID = UserNumbers().ambiguous
      if address.needsInterface {
        request.scopeID = port.interfaceIndex
      } else if port.interfaceIndex != 0 {
        request.interfaceIndex = port.interfaceIndex
      }
      if v6Only { request.options.insert(.v6Only) }
      if address.family == .inet6, !preset.setsV6Only(transport) { request.options.formUnion(untouched) }
      return request
    }
  }

  private func addresses(
    _ port: PortArgument, _ preset: Preset, _ transport: TransportProtocol
  ) throws(CommandFailure) -> [IPAddress] {
    let asked: [IPAddress] =
      switch port.place {
      case .addresses(let addresses): addresses
      case .everywhere: [.anyV4, .anyV6]
      case .unnamed: v6Only ? [.anyV6] : preset.addresses(transport)
      }
    if v6Only, let address = asked.first(where: { $0.family != .inet6 }) {
      throw .usage("--v6only is for IPv6, and \(address) is not; write an address such as [::]")
    }
    var bound: [IPAddress] = []
    for address in asked.map(preset.bound) where !bound.contains(address) { bound.append(address) }
    return bound
  }

  /// Whether IPv6 addresses are left out because there is no IPv6 here: servers that were not told one bind IPv4 alone.
  func leavesOutIPv6(_ port: PortArgument) throws(CommandFailure) -> Bool {
    guard !v6Only, try addresses(port, preset ?? .c, udp ? .udp : .tcp).contains(where: { $0.family == .inet6 }) else {
      return false
    }
    // One that a reader wrote in numbers is meant.
    if case .addresses(let asked) = port.place, asked.allSatisfy({ $0.family == .inet6 }) { return false }
    return HostFamilies.lackIPv6
  }

  private static func inIPv4(_ addresses: [IPAddress]) -> [IPAddress] {
    let rest = addresses.filter { $0.family == .inet }
    return rest.isEmpty ? [.anyV4] : rest
  }

  private func interfaceIndex() throws(CommandFailure) -> UInt32 {
    guard let device else { return 0 }
    // SAFETY: the name is copied.
    let index = unsafe if_nametoindex(device)
    guard index != 0 else { throw .usage("--device: there is no interface '\(device)'; 'ip link' shows them") }
    return index
  }

  private func user() throws(CommandFailure) -> (uid: UInt32, mayBindPrivilegedPorts: Bool) {
    let own = geteuid()
    let user = try uid.map { text throws(CommandFailure) in try Self.uid(text) } ?? own
    guard user == own else { return (user, user == 0) }
    let privileges = try? Privileges.ofCallingThread()
    return (user, privileges?.mayBindPrivilegedPorts ?? (own == 0))
  }

  private static func uid(_ text: String) throws(CommandFailure) -> UInt32 {
    if let number = UInt32(text), number != .max { return number }
    // SAFETY: the entry is read at once, and no other thread asks.
    if let entry = unsafe getpwnam(text) { return unsafe entry.pointee.pw_uid }
    throw .usage("--uid: there is no user '\(text)'; give a name or a number")
  }
}

internal import BindDiagnosis
internal import Glibc
internal import SockDiag
internal import SockDiagWire

/// A question about bind() in the terms of the command line. The requests for all of its addresses follow from it.
struct BindQuestion {
  let transport: TransportProtocol
  /// The kind of server that binds.
  let preset: Preset
  /// The socket options that the user names, besides those of the preset.
  var options: BindOptions = []
  /// The user of the process that binds; `nil` for the user of this command.
  var uid: UInt32?
  /// The interface of SO_BINDTODEVICE; 0 for none.
  var interfaceIndex: UInt32 = 0

  init(_ transport: TransportProtocol, _ preset: Preset = .c) {
    self.transport = transport
    self.preset = preset
  }

  /// The bind() requests, one for each address.
  func requests(_ port: PortArgument) throws(CommandFailure) -> [BindRequest] {
    let all = try addresses(port)
    return (leavesOutIPv6(all, port) ? all.bindable : all).map { address in
      var request = BindRequest(
        fromHere: transport, SocketAddress(address, port: port.port),
        options: options.union(preset.options(transport, address)), uid: uid, interfaceIndex: port.interfaceIndex,
        setsV6Only: preset.setsV6Only(transport))
      if request.interfaceIndex == 0 { request.interfaceIndex = interfaceIndex }
      return request
    }
  }

  /// Whether IPv6 addresses are left out because the host has no IPv6. Servers without an address then bind IPv4 alone.
  func leavesOutIPv6(_ port: PortArgument) throws(CommandFailure) -> Bool {
    leavesOutIPv6(try addresses(port), port)
  }

  private func leavesOutIPv6(_ all: [IPAddress], _ port: PortArgument) -> Bool {
    guard !options.contains(.v6Only), all.contains(where: { $0.family == .inet6 }) else { return false }
    // An address that the user wrote stays.
    if case .addresses(let asked) = port.place, asked.allSatisfy({ $0.family == .inet6 }) { return false }
    return HostFamilies.lackIPv6
  }

  private func addresses(_ port: PortArgument) throws(CommandFailure) -> [IPAddress] {
    let isV6Only = options.contains(.v6Only)
    let asked: [IPAddress] =
      switch port.place {
      case .addresses(let addresses): addresses
      case .everywhere: [.anyV4, .anyV6]
      case .unnamed: isV6Only ? [.anyV6] : preset.addresses(transport)
      }
    if isV6Only, let address = asked.first(where: { $0.family != .inet6 }) {
      throw .usage("--v6only is for IPv6, and \(address) is not; write an address such as [::]")
    }
    var bound: [IPAddress] = []
    for address in asked.map(preset.bound) where !bound.contains(address) { bound.append(address) }
    return bound
  }
}

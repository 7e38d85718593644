package import BindDiagnosis
package import SockDiag
package import SockDiagTestKit
package import SocketLaboratory
internal import SocketLaboratoryKit

/// A socket to make and bind.
package struct SocketPlan {
  package var `protocol`: TransportProtocol
  package var address: IPAddress
  package var options: BindOptions
  package var uid: UInt32
  package var interface: LiveInterface?
  /// The protocol of the socket. It may be built on the tested one, or have its own port space.
  package var kind: LabProtocol
  /// The interface of an address that needs one.
  package var scope: LiveInterface?

  /// A random socket of a protocol. It resembles `like` often enough that they can share a port.
  package init(_ protocol: TransportProtocol, like other: SocketPlan? = nil, using generator: inout SeededGenerator) {
    self.protocol = `protocol`
    kind = `protocol` == .udp ? .udp : .tcp
    address = generator.pick(IPAddress.ofLaboratory)
    options = generator.sharing()
    if let other, generator.chance(70) { options = other.options.intersection([.reuseAddress, .reusePort]) }
    if address.family == .inet6, !address.isV4Mapped, generator.chance(40) { options.insert(.v6Only) }
    if options.contains(.reusePort), generator.chance(10) { options.insert(.reusePortProgram) }
    uid = generator.pick(LiveUser.all)
    if let other, generator.chance(80) { uid = other.uid }
    interface = generator.chance(75) ? nil : generator.chance(60) ? .loopback : .wire
  }

  /// The options as the laboratory sets them.
  package var labOptions: [SocketOption] {
    var list: [SocketOption] = []
    if options.contains(.reuseAddress) { list.append(.reuseAddress) }
    if options.contains(.reusePort) { list.append(.reusePort) }
    if address.family == .inet6 { list.append(.v6Only(options.contains(.v6Only))) }
    if options.contains(.freebind) { list.append(.freebind) }
    if options.contains(.transparent) { list.append(.transparent) }
    if options.contains(.reusePortProgram) { list.append(.reusePortProgram) }
    if options.contains(.bindAddressNoPort) { list.append(.bindAddressNoPort) }
    if let interface { list.append(.bindToDevice(interface.rawValue)) }
    return list
  }

  /// Makes the socket, not bound yet.
  package func make(in laboratory: Laboratory, with others: [SocketOption] = []) throws -> LabSocket {
    try laboratory.namespace.acting(as: uid) {
      try laboratory.socket(kind, v6: address.family == .inet6, options: labOptions + others)
    }
  }

  package func endpoint(_ port: UInt16) -> LabEndpoint {
    LabEndpoint(LabAddress(address), port, interface: scope?.rawValue)
  }

  /// An address on this host that a socket of this address can connect to, and be reached at.
  package func destination(prefersIPv4: Bool) -> IPAddress {
    let mapped = IPAddress(literal: "::ffff:127.0.0.1")
    if !address.unmapped.isUnspecified { return address }
    if address.family == .inet { return .loopbackV4 }
    if address.isV4Mapped { return mapped }
    return prefersIPv4 && !options.contains(.v6Only) ? mapped : .loopbackV6
  }

  package func request(_ port: UInt16) -> BindRequest {
    BindRequest(
      `protocol`, SocketAddress(address, port: port), options: options, uid: uid, interfaceIndex: interface?.index ?? 0,
      mayBindPrivilegedPorts: true)
  }

  /// Conditions other than sockets. ::1 belongs to one interface, unlike all other addresses here.
  package var conditions: BindConditions {
    BindConditions(isAddressLocal: !(address == .loopbackV6 && interface == .wire), unprivilegedPortStart: 0)
  }
}

extension SocketPlan: CustomStringConvertible {
  package var description: String {
    let words = [
      "\(kind)", "\(address)\(scope.map { "%\($0.rawValue)" } ?? "")", options.contains(.reuseAddress) ? "A" : "",
      options.contains(.reusePort) ? "P" : "",
      options.contains(.reusePortProgram) ? "program" : "",
      options.contains(.v6Only) ? "v6only" : "", options.contains(.bindAddressNoPort) ? "no port" : "", "uid \(uid)",
      interface.map { "dev \($0.rawValue)" } ?? "",
    ]
    return words.filter { !$0.isEmpty }.joined(separator: " ")
  }
}

internal import BindDiagnosis
internal import SockDiag

/// The interfaces that have an address.
///
/// A connection from this host to one of its addresses goes through the loopback interface, but the kernel treats it as
/// if it came over the interface that has the address. So a listener that is bound to an interface is reached at the
/// addresses of that interface.
///
/// Kernel: `ip_route_output_key_hash_rcu`, net/ipv4/route.c; `ip6_rcv_core`, net/ipv6/ip6_input.c.
enum AddressInterfaces: Hashable {
  /// This host does not have the address.
  case notLocal
  /// The address is local, but the interface is not known: a route makes it local, or every interface has such an
  /// address.
  case unknown
  case known(Set<UInt32>)

  /// Finds them, in the network namespace of the calling thread.
  static func of(_ address: IPAddress) -> AddressInterfaces {
    // A link-local address means nothing without its interface.
    if address.isLinkLocal { return .unknown }
    let question = BindRequest(.tcp, SocketAddress(address, port: 0), uid: 0)
    if (try? AddressStanding.ofAddressWithoutWaiver(in: question)) == .notLocal { return .notLocal }
    let interfaces = Set(InterfaceNetwork.all().filter { $0.has(address) }.map(\.interfaceIndex))
    return interfaces.isEmpty ? .unknown : .known(interfaces)
  }
}

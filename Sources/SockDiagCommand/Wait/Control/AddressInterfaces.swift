internal import BindDiagnosis
internal import Glibc
internal import SockDiag

/// Where a connection from this host to an address comes in.
///
/// Such a connection goes through the loopback interface and is all the same taken for one that comes over the interface
/// that has the address. A listener that is bound to an interface is reached accordingly.
///
/// Kernel: `ip_route_output_key_hash_rcu`, net/ipv4/route.c; `ip6_rcv_core`, net/ipv6/ip6_input.c.
enum AddressInterfaces: Hashable {
  /// Nowhere on this host: no socket can have the address now.
  case nowhere
  /// On this host, but no interface is known for it: a route makes the address local, or many hosts share it.
  case somewhere
  /// Over one of these interfaces.
  case over(Set<UInt32>)

  /// Looks it up, in the network namespace of the calling thread.
  static func of(_ address: IPAddress) -> AddressInterfaces {
    // Which of its interfaces is meant has to be said with it.
    if address.isLinkLocal { return .somewhere }
    let question = BindRequest(.tcp, SocketAddress(address, port: 0), uid: 0)
    if (try? AddressStanding.ofAddressWithoutWaiver(in: question)) == .notLocal { return .nowhere }
    let interfaces = Set(InterfaceNetwork.all().filter { $0.has(address) }.map(\.interfaceIndex))
    return interfaces.isEmpty ? .somewhere : .over(interfaces)
  }
}

/// An address of an interface, with the network behind it.
struct InterfaceNetwork: Hashable {
  var interfaceIndex: UInt32
  var address: IPAddress
  var mask: IPAddress
  var isLoopback: Bool

  /// Whether the interface has an address. The loopback interface has the whole IPv4 network of each of its own.
  func has(_ other: IPAddress) -> Bool {
    if other == address { return true }
    guard isLoopback, other.family == .inet, address.family == .inet else { return false }
    return other.low & mask.low == address.low & mask.low
  }

  /// Those of all interfaces that are up, in the network namespace of the calling thread; none if they cannot be read.
  static func all() -> [InterfaceNetwork] {
    var first: UnsafeMutablePointer<ifaddrs>?
    // SAFETY: the call fills the pointer.
    guard unsafe getifaddrs(&first) == 0 else { return [] }
    // SAFETY: the list is the one that was made above.
    defer { unsafe freeifaddrs(first) }
    var networks: [InterfaceNetwork] = []
    // SAFETY: the list ends with a null pointer, and each entry lives until it is freed.
    var next = unsafe first
    while let entry = unsafe next?.pointee {
      // SAFETY: as above.
      unsafe next = entry.ifa_next
      let flags = unsafe Int32(bitPattern: entry.ifa_flags)
      guard flags & Int32(IFF_UP) != 0, let address = unsafe ip(entry.ifa_addr) else { continue }
      // SAFETY: the name is a terminated string of the entry.
      let index = unsafe if_nametoindex(entry.ifa_name)
      networks.append(
        InterfaceNetwork(
          interfaceIndex: index, address: address, mask: unsafe ip(entry.ifa_netmask) ?? address,
          isLoopback: flags & Int32(IFF_LOOPBACK) != 0))
    }
    return networks
  }

  /// The address in a structure of the C library, if it is one of the internet.
  private static func ip(_ pointer: UnsafeMutablePointer<sockaddr>?) -> IPAddress? {
    // SAFETY: the family says how long the structure is.
    guard let pointer = unsafe pointer else { return nil }
    func number(_ bytes: Range<Int>) -> UInt64 {
      // SAFETY: within the length that belongs to the family.
      unsafe UnsafeRawBufferPointer(start: pointer, count: bytes.upperBound)[bytes].reduce(0) { $0 << 8 | UInt64($1) }
    }
    // SAFETY: every such structure begins with the family.
    switch unsafe Int32(pointer.pointee.sa_family) {
    case AF_INET: return IPAddress(v4: UInt32(truncatingIfNeeded: number(4..<8)))
    case AF_INET6: return IPAddress(v6: number(8..<16), number(16..<24))
    default: return nil
    }
  }
}

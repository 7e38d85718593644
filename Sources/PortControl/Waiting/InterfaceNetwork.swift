internal import Glibc
internal import SockDiag

/// An address of an interface, with its network.
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

  /// The addresses of all interfaces that are up, in the network namespace of the calling thread; empty if they cannot
  /// be read.
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

  /// The address in a structure of the C library; `nil` if it is neither IPv4 nor IPv6.
  private static func ip(_ pointer: UnsafeMutablePointer<sockaddr>?) -> IPAddress? {
    // SAFETY: the family says how long the structure is.
    guard let pointer = unsafe pointer else { return nil }
    func number(_ bytes: Range<Int>) -> UInt64 {
      // SAFETY: within the length that belongs to the family.
      unsafe UnsafeRawBufferPointer(start: pointer, count: bytes.upperBound)[bytes].reduce(0) { $0 << 8 | UInt64($1) }
    }
    // SAFETY: the structure of every family begins with the family.
    switch unsafe Int32(pointer.pointee.sa_family) {
    case AF_INET: return IPAddress(v4: UInt32(truncatingIfNeeded: number(4..<8)))
    case AF_INET6: return IPAddress(v6: number(8..<16), number(16..<24))
    default: return nil
    }
  }
}

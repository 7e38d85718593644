internal import Glibc

/// Netlink sockets in the network namespace of the calling thread, open until the value ends.
package struct NetlinkSockets: ~Copyable {
  private var descriptors: [Int32] = []

  /// Why a socket could not be made.
  package struct Failure: Error {
    /// What failed.
    package let call: String
    /// Why.
    package let errno: Int32
  }

  /// Opens four sockets: one with groups, one with a chosen port id that is connected to the kernel, one with a group and a
  /// chosen port id, and one that is connected to another program.
  package init() throws(Failure) {
    try open(.route, groups: 0x51)
    try open(.generic, portID: 4711, connectedTo: (0, 0))
    try open(.objectEvents, portID: 99_999, groups: 2)
    try open(.userSocket, connectedTo: (4711, 1))
  }

  deinit { for descriptor in descriptors { close(descriptor) } }

  private mutating func open(
    _ bus: Bus, portID: UInt32 = 0, groups: UInt32 = 0,
    connectedTo destination: (portID: UInt32, groups: UInt32)? = nil
  ) throws(Failure) {
    let descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), bus.rawValue)
    guard descriptor >= 0 else { throw Failure(call: "socket", errno: errno) }
    descriptors.append(descriptor)
    // SAFETY: both calls read the address during the call.
    guard unsafe Self.pass(portID, groups, to: { unsafe bind(descriptor, $0, $1) }) else {
      throw Failure(call: "bind", errno: errno)
    }
    guard let destination else { return }
    // SAFETY: as above.
    guard unsafe Self.pass(destination.portID, destination.groups, to: { unsafe connect(descriptor, $0, $1) }) else {
      throw Failure(call: "connect", errno: errno)
    }
  }

  /// Calls a function with an address: `struct sockaddr_nl`, linux/netlink.h.
  private static func pass(
    _ portID: UInt32, _ groups: UInt32, to function: (UnsafePointer<sockaddr>?, socklen_t) -> Int32
  ) -> Bool {
    // The family with two bytes of padding, the port id and the groups.
    let address = [UInt32(AF_NETLINK).littleEndian, portID, groups]
    // SAFETY: the function reads the bytes of the array during the call, with their length.
    return unsafe address.withUnsafeBytes {
      unsafe function($0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) == 0
    }
  }

  /// Kernel: `NETLINK_*`, linux/netlink.h.
  private enum Bus: Int32 { case route = 0, userSocket = 2, objectEvents = 15, generic = 16 }
}

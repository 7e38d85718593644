internal import SockDiag

/// Which interface belongs to which VRF, for TCP keeps the ports of each VRF apart.
///
/// Kernel: `inet_sk_bound_l3mdev`, net/inet_sock.h; `l3mdev_master_ifindex_rcu`, net/l3mdev/l3mdev.c.
struct RoutingDomains {
  private var domains: [UInt32: UInt32] = [:]

  /// No VRF anywhere.
  static let none = RoutingDomains()

  private init() {}

  /// By the interfaces: a VRF device is its own domain, and its members have it.
  init(_ interfaces: [NetworkInterface]) {
    let devices = Set(interfaces.filter { $0.kind == "vrf" }.map(\.index))
    for interface in interfaces {
      if devices.contains(interface.index) {
        domains[interface.index] = interface.index
      } else if let master = interface.master, devices.contains(master) {
        domains[interface.index] = master
      }
    }
  }

  /// The VRF device of an interface; 0 for none.
  subscript(interfaceIndex: UInt32) -> UInt32 { domains[interfaceIndex] ?? 0 }

  /// Those that decide about a request, in the network namespace of the calling thread.
  ///
  /// An interface that joined a VRF after a socket was bound to it leaves the socket where it was, which the kernel tells
  /// nobody; the membership of now is taken for that of then.
  ///
  /// - Parameter interfaces: The interfaces that sockets in question are bound to. Without any there is nothing to look up.
  static func deciding(
    _ request: BindRequest, beside interfaces: some Sequence<UInt32>, _ settings: KernelSettings
  ) -> RoutingDomains {
    // Kernels before 5.0 had one table for all of them, and so have those that accept from all.
    guard request.protocol == .tcp, settings.acceptsFromAllRoutingDomains == false,
      KernelRelease.current.isAtLeast(5, 0),
      request.effectiveInterfaceIndex != 0 || interfaces.contains(where: { $0 != 0 })
    else { return .none }
    do throws(SockDiagError) {
      var reader = try InterfaceReader()
      return RoutingDomains(try reader.interfaces())
    } catch {
      // Without them sockets of two VRFs seem to conflict, so that a mistake is not "free".
      return .none
    }
  }
}

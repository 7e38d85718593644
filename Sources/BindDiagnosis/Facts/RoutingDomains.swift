internal import SockDiag

/// The VRF of each interface. TCP keeps the ports of each VRF apart.
///
/// Kernel: `inet_sk_bound_l3mdev`, net/inet_sock.h; `l3mdev_master_ifindex_rcu`, net/l3mdev/l3mdev.c.
struct RoutingDomains {
  private var domains: [UInt32: UInt32] = [:]

  /// No VRFs.
  static let none = RoutingDomains()

  private init() {}

  /// From the interfaces: a VRF device is its own domain, and its members belong to it.
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

  /// The domains that matter to a request, in the network namespace of the calling thread.
  ///
  /// If an interface joins a VRF after a socket was bound to it, the socket stays in its old domain. The kernel does
  /// not report this, so the current membership is used.
  ///
  /// - Parameter interfaces: The interfaces of the sockets in question. If there are none, nothing is read.
  static func deciding(
    _ request: BindRequest, beside interfaces: some Sequence<UInt32>, _ settings: KernelSettings
  ) -> RoutingDomains {
    // Kernels before 5.0 have one table for all VRFs, and so have kernels whose sockets accept from all.
    guard request.protocol == .tcp, settings.acceptsFromAllRoutingDomains == false,
      KernelRelease.current.isAtLeast(5, 0),
      request.effectiveInterfaceIndex != 0 || interfaces.contains(where: { $0 != 0 })
    else { return .none }
    do throws(SockDiagError) {
      var reader = try InterfaceReader()
      return RoutingDomains(try reader.interfaces())
    } catch {
      // Without the interfaces, sockets of two VRFs seem to conflict. So an error does not result in "free".
      return .none
    }
  }
}

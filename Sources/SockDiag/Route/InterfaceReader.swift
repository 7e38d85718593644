public import SockDiagWire

/// Reads interfaces and their addresses from rtnetlink. No file of `/proc` has all that the kernel notes about an address.
///
/// It belongs to the network namespace in which it was made. A list that changed while it was read is read again.
///
/// It is `Sendable`: move it to another thread or task, or keep it in an actor. It has one owner, who makes one call at a time.
public struct InterfaceReader: ~Copyable, Sendable {
  private var reader: RouteReader<KernelTransport>

  /// Opens an rtnetlink socket in the network namespace of the calling thread.
  ///
  /// - Throws: ``SockDiagError``: `Code.netlinkForbidden` in a sandbox without netlink; `.system`.
  public init() throws(SockDiagError) { reader = RouteReader(try KernelTransport(.route)) }

  /// Opens an rtnetlink socket in a network namespace.
  ///
  /// - Throws: ``SockDiagError``: as without a namespace, and ``SockDiagError/Code/namespaceForbidden`` or
  ///   ``SockDiagError/Code/namespaceGone``.
  public init(in namespace: NetworkNamespace) throws(SockDiagError) {
    reader = RouteReader(try KernelTransport(.route, in: namespace))
  }

  /// The addresses of all interfaces.
  ///
  /// - Parameter family: IPv4 or IPv6.
  /// - Throws: ``SockDiagError``: `Code.incomplete` if the list changed each time that it was read; `.noReply`;
  ///   `.malformedReply`.
  ///
  /// Kernel: `RTM_GETADDR`, linux/rtnetlink.h.
  public mutating func addresses(_ family: AddressFamily) throws(SockDiagError) -> [InterfaceAddress] {
    try reader.addresses(family)
  }

  /// All interfaces.
  ///
  /// - Throws: As ``addresses(_:)`` does.
  ///
  /// Kernel: `RTM_GETLINK`, linux/rtnetlink.h.
  public mutating func interfaces() throws(SockDiagError) -> [NetworkInterface] { try reader.interfaces() }
}

internal import Glibc
public import SockDiag

extension BindRequest {
  /// Creates the request of a program that this process starts, with what the kernel decides for such a program: its user
  /// and privileges, and the options of a fresh socket.
  ///
  /// - Parameters:
  ///   - protocol: TCP or UDP.
  ///   - local: The address and port.
  ///   - options: The options that the program sets.
  ///   - uid: The user of the program; by default the effective user of this process.
  ///   - interfaceIndex: The interface over which clients come; 0 for any. A link-local address needs one; for any other
  ///     address the program binds to it (SO_BINDTODEVICE).
  ///   - setsV6Only: Whether the program sets IPV6_V6ONLY to 0 or 1. Otherwise the default of the host counts.
  public init(
    fromHere protocol: TransportProtocol, _ local: SocketAddress, options: BindOptions = [], uid: UInt32? = nil,
    interfaceIndex: UInt32 = 0, setsV6Only: Bool = false
  ) {
    let (user, isPrivileged) = Self.user(uid)
    self.init(`protocol`, local, options: options, uid: user, mayBindPrivilegedPorts: isPrivileged)
    ambiguousUID = UserNumbers().ambiguous
    if local.address.needsInterface {
      scopeID = interfaceIndex
    } else {
      self.interfaceIndex = interfaceIndex
    }
    if local.address.family == .inet6, !setsV6Only { self.options.formUnion(.ofFreshIPv6Socket) }
  }

  private static func user(_ uid: UInt32?) -> (uid: UInt32, mayBindPrivilegedPorts: Bool) {
    let own = geteuid()
    if let uid, uid != own { return (uid, uid == 0) }
    let privileges = try? Privileges.ofCallingThread()
    return (own, privileges?.mayBindPrivilegedPorts ?? (own == 0))
  }
}

extension [IPAddress] {
  /// The addresses that a server binds which is told to use these: those of IPv4, if the host has no IPv6.
  package var bindable: [IPAddress] {
    guard contains(where: { $0.family == .inet6 }), HostFamilies.lackIPv6 else { return self }
    let rest = filter { $0.family == .inet }
    return rest.isEmpty ? [.anyV4] : rest
  }
}

public import SockDiagWire

/// What the sockets of a summary are grouped by.
///
/// ```swift
/// let byService = SummaryKey<UInt16> { $0.state == .established ? $0.local.port : nil }
/// ```
public struct SummaryKey<Key: Hashable & Sendable>: Sendable {
  /// The key of a socket; `nil` to add it to ``Summary/leftOut``.
  public let key: @Sendable (InetSocket) -> Key?
  /// The same key of a record that is not decoded; `nil` if there is no such way.
  let outlineKey: (@Sendable (borrowing InetOutline) -> Key?)?
  /// Whether that key is in an attribute.
  let readsAttributes: Bool

  /// Creates a key of one's own.
  public init(_ key: @escaping @Sendable (InetSocket) -> Key?) {
    self.key = key
    outlineKey = nil
    readsAttributes = false
  }

  private init(
    _ key: @escaping @Sendable (InetSocket) -> Key?, readsAttributes: Bool = false,
    outline: @escaping @Sendable (borrowing InetOutline) -> Key?
  ) {
    self.key = key
    outlineKey = outline
    self.readsAttributes = readsAttributes
  }
}

extension SummaryKey where Key == SocketState {
  /// By state.
  public static var state: Self { Self({ $0.state }, outline: { $0.state }) }
}

extension SummaryKey where Key == UInt16 {
  /// By the port on this host.
  public static var localPort: Self { Self({ $0.local.port }, outline: { $0.localPort }) }
  /// By the peer's port. Sockets without a peer are left out.
  public static var remotePort: Self {
    Self({ $0.remote.port == 0 ? nil : $0.remote.port }, outline: { $0.remotePort == 0 ? nil : $0.remotePort })
  }
}

extension SummaryKey where Key == AddressPrefix {
  /// By the peer's network. Sockets without a peer are left out; IPv4-mapped addresses count as IPv4.
  ///
  /// - Parameters:
  ///   - v4: The length of the prefix for IPv4.
  ///   - v6: The length for IPv6.
  public static func peer(v4: Int = 32, v6: Int = 128) -> Self {
    let prefix = { @Sendable (address: IPAddress) -> AddressPrefix in
      let address = address.unmapped
      return AddressPrefix(address, length: address.family == .inet ? v4 : v6)
    }
    return Self(
      { $0.remote.port == 0 ? nil : prefix($0.remote.address) },
      outline: { $0.remotePort == 0 ? nil : prefix($0.remoteAddress) })
  }
}

extension SummaryKey where Key == UInt64 {
  /// By cgroup (version 2): the id of the one in which the socket was made. Sockets without one are left out.
  public static var cgroup: Self { Self({ $0.cgroupID }, readsAttributes: true, outline: { $0.cgroupID }) }
}

extension SummaryKey where Key == UInt32 {
  /// By inode, to sum the sockets of processes: ask for the holders of the keys afterwards. Sockets without a descriptor
  /// are left out.
  public static var inode: Self {
    Self({ $0.inode == 0 ? nil : $0.inode }, outline: { $0.inode == 0 ? nil : $0.inode })
  }
  /// By the user who made the socket. Records without an owner are left out.
  public static var uid: Self { Self({ $0.uid }, outline: { $0.uid }) }
}

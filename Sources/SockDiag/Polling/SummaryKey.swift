public import SockDiagWire

/// What the sockets of a summary are grouped by.
///
/// ```swift
/// let byService = SummaryKey<UInt16> { $0.state == .established ? $0.local.port : nil }
/// ```
public struct SummaryKey<Key: Hashable & Sendable>: Sendable {
  /// The key of a socket; `nil` to leave the socket out.
  public let key: @Sendable (InetSocket) -> Key?

  /// Creates a key of one's own.
  public init(_ key: @escaping @Sendable (InetSocket) -> Key?) { self.key = key }
}

extension SummaryKey where Key == SocketState {
  /// By state.
  public static var state: Self { Self { $0.state } }
}

extension SummaryKey where Key == UInt16 {
  /// By the port on this host.
  public static var localPort: Self { Self { $0.local.port } }
  /// By the peer's port. Sockets without a peer are left out.
  public static var remotePort: Self { Self { $0.remote.port == 0 ? nil : $0.remote.port } }
}

extension SummaryKey where Key == AddressPrefix {
  /// By the peer's network. Sockets without a peer are left out; IPv4-mapped addresses count as IPv4.
  ///
  /// - Parameters:
  ///   - v4: The length of the prefix for IPv4.
  ///   - v6: The length for IPv6.
  public static func peer(v4: Int = 32, v6: Int = 128) -> Self {
    Self { socket in
      if socket.remote.port == 0 { return nil }
      let address = socket.remote.address.unmapped
      return AddressPrefix(address, length: address.family == .inet ? v4 : v6)
    }
  }
}

extension SummaryKey where Key == UInt64 {
  /// By cgroup (version 2): the id of the one in which the socket was made. Sockets without one are left out.
  public static var cgroup: Self { Self { $0.cgroupID } }
}

extension SummaryKey where Key == UInt32 {
  /// By the user who made the socket. Records without an owner are left out.
  public static var uid: Self { Self { $0.uid } }
}

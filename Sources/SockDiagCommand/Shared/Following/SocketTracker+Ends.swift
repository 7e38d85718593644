internal import SockDiag
internal import SockDiagWire

extension SocketTracker {
  /// Makes a tracker that learns from the kernel's announcements how sockets ended, for the protocols that have them.
  ///
  /// - Parameters:
  ///   - namespace: `nil` for that of the calling thread.
  ///   - silence: Set to the reason if there are announcements but none can be received. Ends are then noticed by the
  ///     absence of sockets, without their last figures.
  static func withEnds(
    _ query: SocketQuery, in namespace: NamespaceTag?, silence: inout SockDiagError?
  ) -> SocketTracker {
    let groups = SocketEventGroups(query.protocol, query.family)
    guard !groups.isEmpty else { return SocketTracker(query) }
    do throws(SockDiagError) {
      return SocketTracker(query, ends: try subscribe(groups, namespace))
    } catch {
      silence = error
      return SocketTracker(query)
    }
  }

  private static func subscribe(
    _ groups: SocketEventGroups, _ namespace: NamespaceTag?
  ) throws(SockDiagError) -> SocketEvents {
    // Enough for 10,000 ends per second while a look takes a second.
    let byteCount = 16 << 20
    guard let namespace else { return try SocketEvents(groups, receiveBuffer: byteCount) }
    return try SocketEvents(groups, in: namespace.namespace, receiveBuffer: byteCount)
  }
}

extension SocketEventGroups {
  /// The groups that announce sockets of a protocol; empty if none do.
  fileprivate init(_ transport: TransportProtocol, _ family: AddressFamily?) {
    switch transport {
    case .tcp: self = .tcp
    case .udp: self = .udp
    default: self = []
    }
    switch family {
    case .inet: formIntersection(.inet)
    case .inet6: formIntersection(.inet6)
    default: break
    }
  }
}

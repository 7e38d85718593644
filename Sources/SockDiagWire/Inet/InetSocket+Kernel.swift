/// What an inet socket has in common with sockets of other families.
extension InetSocket: KernelSocket {
  /// `tcp`, `udp` or the name of another protocol, its number if it has no name, or `?` where the capture has no request from which to know it.
  public var netID: String { self.protocol == .unspecified ? "?" : self.protocol.description }

  /// Whether the protocol has connections. Of an unknown protocol it is assumed.
  public var isConnectionOriented: Bool { self.protocol.hasConnections }

  /// The cookie with the protocol and the family; `nil` in records from `/proc/net`.
  public var identity: SocketIdentity? {
    cookie.map {
      SocketIdentity(
        family, protocol: rawProtocol, $0, isBoundInactive: state == .boundInactive,
        association: self.protocol == .sctp ? associationNumber : 0)
    }
  }

  /// The queues, which hold connections on a listener and bytes otherwise.
  public var queues: SocketQueues? {
    if let waiting = acceptQueueLength { return .connections(waiting: waiting, limit: acceptQueueLimit) }
    return .bytes(received: receiveQueue, unsent: sendQueue)
  }

  /// Appends the local address and port, of a raw socket the address and the IP protocol: `*` accepts both families, `[::]` only IPv6 and `0.0.0.0` only IPv4. Where the source does
  /// not say whether `[::]` accepts IPv4, as in `/proc/net`, it is `[::]` as well.
  public func appendLocal<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    if isDualStackWildcard {
      text.append(UInt8(ascii: "*"))
      Self.appendScope(interfaceIndex, to: &text, &names)
    } else {
      Self.append(local.address, scope: interfaceIndex, to: &text, &names)
    }
    text.append(UInt8(ascii: ":"))
    if self.protocol == .raw { return IPProtocolName.append(localPort, to: &text) }
    text.appendDecimal(UInt64(localPort))
  }

  /// Appends the peer's address; `*` for none.
  public func appendRemote<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    let remote = remote
    if remote.port == 0, remote.address.isUnspecified {
      text.append(UInt8(ascii: "*"))
      return
    }
    // The socket's interface is the scope of a link-local peer; any other peer is the same on every interface.
    Self.append(remote.address, scope: remote.address.isLinkLocal ? interfaceIndex : 0, to: &text, &names)
    text.append(UInt8(ascii: ":"))
    // A raw socket has no ports, and its connection only fixes the peer's address.
    if self.protocol == .raw { return text.append(UInt8(ascii: "*")) }
    text.appendDecimal(UInt64(remote.port))
  }

  @inline(__always)
  private static func append<Names: EndpointNames>(
    _ address: IPAddress, scope: UInt32, to text: inout [UInt8], _ names: inout Names
  ) {
    let isBracketed = address.family == .inet6
    if isBracketed { text.append(UInt8(ascii: "[")) }
    address.write(to: &text)
    appendScope(scope, to: &text, &names)
    if isBracketed { text.append(UInt8(ascii: "]")) }
  }

  private static func appendScope<Names: EndpointNames>(_ index: UInt32, to text: inout [UInt8], _ names: inout Names) {
    if index == 0 { return }
    text.append(UInt8(ascii: "%"))
    names.appendInterface(index, to: &text)
  }
}

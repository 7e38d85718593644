/// The details of a query, and unknown attributes.
///
/// They are stored outside ``InetSocket``, which gives the reason and has the accessors.
@usableFromInline
struct InetAttributes: Hashable, Sendable {
  /// Empty if it was not sent. An optional would be copied whole on every access.
  @usableFromInline var tcpInfo = TCPInfo()
  @usableFromInline var memory: InetMemory?
  @usableFromInline var socketMemory: SocketMemory?
  @usableFromInline var congestion: String?
  @usableFromInline var congestionInfo: CongestionInfo?
  @usableFromInline var typeOfService: UInt8?
  @usableFromInline var trafficClass: UInt8?
  @usableFromInline var classID: UInt32?
  @usableFromInline var upperLayerProtocol: UpperLayerProtocol?
  @usableFromInline var md5Keys: [TCPMD5Key] = []
  /// Zero or one element, as ``InetSocket/boxedAttributes``.
  @usableFromInline var protocolPart: [InetProtocolAttributes] = []
  @usableFromInline var unknown: [UnknownAttribute] = []

  /// Clears the value for the next record, member by member, so that the large ``tcpInfo`` is not rewritten.
  mutating func removeAll() {
    tcpInfo.removeAll()
    memory = nil
    socketMemory = nil
    congestion = nil
    congestionInfo = nil
    typeOfService = nil
    trafficClass = nil
    classID = nil
    upperLayerProtocol = nil
    if !md5Keys.isEmpty { md5Keys = [] }
    if !protocolPart.isEmpty { protocolPart = [] }
    if !unknown.isEmpty { unknown = [] }
  }
}

extension InetSocket {
  var attributes: InetAttributes? { boxedAttributes.first }

  mutating func updateAttributes(_ update: (inout InetAttributes) -> Void) {
    if boxedAttributes.isEmpty { boxedAttributes.append(InetAttributes()) }
    update(&boxedAttributes[0])
  }

  /// TCP state and statistics of the connection. Kernel: `INET_DIAG_INFO`, `struct tcp_info`.
  @inlinable public var tcpInfo: TCPInfo? {
    guard let info = boxedAttributes.first?.tcpInfo, info.byteCount > 0 else { return nil }
    return info
  }

  /// Memory in use, in the older and shorter form. Kernel: `INET_DIAG_MEMINFO`.
  @inlinable public var memory: InetMemory? { boxedAttributes.first?.memory }

  /// Memory in use and its limits. Kernel: `INET_DIAG_SKMEMINFO`, since 3.3.
  @inlinable public var socketMemory: SocketMemory? { boxedAttributes.first?.socketMemory }

  /// The name of the congestion control. Kernel: `INET_DIAG_CONG`.
  @inlinable public var congestion: String? { boxedAttributes.first?.congestion }

  /// Figures of the congestion control algorithm, if it reports any.
  @inlinable public var congestionInfo: CongestionInfo? { boxedAttributes.first?.congestionInfo }

  /// The type of service byte. Kernel: `INET_DIAG_TOS`.
  @inlinable public var typeOfService: UInt8? { boxedAttributes.first?.typeOfService }

  /// The traffic class of an IPv6 socket. Kernel: `INET_DIAG_TCLASS`.
  @inlinable public var trafficClass: UInt8? { boxedAttributes.first?.trafficClass }

  /// The class id given by the net_cls cgroup, or else the socket's priority.
  /// Kernel: `INET_DIAG_CLASS_ID`, since 4.14.
  @inlinable public var classID: UInt32? { boxedAttributes.first?.classID }

  /// Protocols on top of the connection: TLS, MPTCP. Kernel: `INET_DIAG_ULP_INFO`, since 5.4.
  @inlinable public var upperLayerProtocol: UpperLayerProtocol? { boxedAttributes.first?.upperLayerProtocol }

  /// The TCP-MD5 keys of the socket. Kernel: `INET_DIAG_MD5SIG`, since 4.14.
  @inlinable public var md5Keys: [TCPMD5Key] { boxedAttributes.first?.md5Keys ?? [] }

  /// Attributes that are not decoded, or whose length does not fit their type.
  @inlinable public var unknownAttributes: [UnknownAttribute] { boxedAttributes.first?.unknown ?? [] }
}

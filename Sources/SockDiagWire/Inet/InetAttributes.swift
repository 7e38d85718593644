/// The details of a query, and unknown attributes.
///
/// They are stored outside ``InetSocket``, which gives the reason and has the accessors. What monitors ask for,
/// `tcp_info`, is in the first box, and everything else in a second one: an array of sockets with `tcp_info` takes half the
/// memory that way, and most of the time of filling it is the time of getting memory.
@usableFromInline
struct InetAttributes: Sendable {
  /// Empty if it was not sent. An optional would be copied whole on every access.
  @usableFromInline var tcpInfo = TCPInfo()
  /// Zero or one element, as ``InetSocket/boxedAttributes``. It stays when it is not in use, for the next record.
  @usableFromInline var boxedOther: [InetOtherAttributes] = []
  /// Whether the box is in use.
  @usableFromInline var hasOther = false

  /// Clears the value for the next record, without rewriting what is large.
  mutating func removeAll() {
    tcpInfo.removeAll()
    if hasOther { boxedOther[0].removeAll() }
    hasOther = false
  }

  /// The details that are not `tcp_info`; `nil` if there are none.
  @inlinable var other: InetOtherAttributes? { hasOther ? boxedOther[0] : nil }

  mutating func updateOther(_ update: (inout InetOtherAttributes) -> Void) {
    if boxedOther.isEmpty { boxedOther.append(InetOtherAttributes()) }
    hasOther = true
    update(&boxedOther[0])
  }
}

extension InetAttributes: Hashable {
  /// Whether both have the same details.
  @usableFromInline
  static func == (left: InetAttributes, right: InetAttributes) -> Bool {
    if left.tcpInfo != right.tcpInfo { return false }
    if !left.hasOther, !right.hasOther { return true }
    return (left.other ?? InetOtherAttributes()) == (right.other ?? InetOtherAttributes())
  }

  /// Hashes the details.
  @usableFromInline
  func hash(into hasher: inout Hasher) {
    hasher.combine(tcpInfo)
    hasher.combine(other ?? InetOtherAttributes())
  }
}

/// The details that are not `tcp_info`.
@usableFromInline
struct InetOtherAttributes: Hashable, Sendable {
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

  mutating func removeAll() {
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

  /// The details that are not `tcp_info`; `nil` if there are none.
  @inlinable var otherAttributes: InetOtherAttributes? {
    guard !boxedAttributes.isEmpty, boxedAttributes[0].hasOther else { return nil }
    return boxedAttributes[0].boxedOther[0]
  }

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
  @inlinable public var memory: InetMemory? { otherAttributes?.memory }

  /// Memory in use and its limits. Kernel: `INET_DIAG_SKMEMINFO`, since 3.3.
  @inlinable public var socketMemory: SocketMemory? { otherAttributes?.socketMemory }

  /// The name of the congestion control. Kernel: `INET_DIAG_CONG`.
  @inlinable public var congestion: String? { otherAttributes?.congestion }

  /// Figures of the congestion control algorithm, if it reports any.
  @inlinable public var congestionInfo: CongestionInfo? { otherAttributes?.congestionInfo }

  /// The type of service byte. Kernel: `INET_DIAG_TOS`.
  @inlinable public var typeOfService: UInt8? { otherAttributes?.typeOfService }

  /// The traffic class of an IPv6 socket. Kernel: `INET_DIAG_TCLASS`.
  @inlinable public var trafficClass: UInt8? { otherAttributes?.trafficClass }

  /// The class id given by the net_cls cgroup, or else the socket's priority.
  /// Kernel: `INET_DIAG_CLASS_ID`, since 4.14.
  @inlinable public var classID: UInt32? { otherAttributes?.classID }

  /// Protocols on top of the connection: TLS, MPTCP. Kernel: `INET_DIAG_ULP_INFO`, since 5.4.
  @inlinable public var upperLayerProtocol: UpperLayerProtocol? { otherAttributes?.upperLayerProtocol }

  /// The TCP-MD5 keys of the socket. Kernel: `INET_DIAG_MD5SIG`, since 4.14.
  @inlinable public var md5Keys: [TCPMD5Key] { otherAttributes?.md5Keys ?? [] }

  /// Attributes that are not decoded, or whose length does not fit their type.
  @inlinable public var unknownAttributes: [UnknownAttribute] { otherAttributes?.unknown ?? [] }
}

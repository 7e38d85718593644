/// Details that only some protocols or some hosts have.
///
/// They are stored apart from ``InetAttributes``, so that records of TCP and UDP do not become larger or slower.
@usableFromInline
struct InetProtocolAttributes: Hashable, Sendable {
  var mptcpInfo: MPTCPInfo?
  var sctpInfo: SCTPInfo?
  var localAddresses: [SocketAddress]?
  var peerAddresses: [SocketAddress]?
  var storages: [SocketStorage] = []
}

extension InetOtherAttributes {
  mutating func updateProtocolPart(_ update: (inout InetProtocolAttributes) -> Void) {
    if protocolPart.isEmpty { protocolPart.append(InetProtocolAttributes()) }
    update(&protocolPart[0])
  }
}

extension InetSocket {
  private var protocolPart: InetProtocolAttributes? { otherAttributes?.protocolPart.first }

  /// Whether any of the details below are present.
  package var hasProtocolPart: Bool { otherAttributes?.protocolPart.isEmpty == false }

  /// State and statistics of a multipath TCP connection. Kernel: `INET_DIAG_INFO`, `struct mptcp_info`.
  public var mptcpInfo: MPTCPInfo? { protocolPart?.mptcpInfo }

  /// State and statistics of an SCTP association, or options of an SCTP endpoint. Kernel: `INET_DIAG_INFO`, `struct
  /// sctp_info`.
  public var sctpInfo: SCTPInfo? { protocolPart?.sctpInfo }

  /// All local addresses of an SCTP association or endpoint, each with the port. They need no request. Kernel:
  /// `INET_DIAG_LOCALS`, since 4.7.
  public var localAddresses: [SocketAddress]? { protocolPart?.localAddresses }

  /// All addresses of the peer of an SCTP association; `nil` for an endpoint. Kernel: `INET_DIAG_PEERS`, since 4.7.
  public var peerAddresses: [SocketAddress]? { protocolPart?.peerAddresses }

  /// Whether this is an SCTP association. It shares its inode, its user and its cookie with the endpoint to which it
  /// belongs, which has a record of its own.
  public var isAssociation: Bool { peerAddresses != nil }

  /// Values that BPF programs stored with the socket, if the query asked for them. The kernel reports them only to
  /// readers with CAP_BPF, and only for protocols that have connections. Kernel: `INET_DIAG_SK_BPF_STORAGES`, since 5.7.
  public var storages: [SocketStorage] { protocolPart?.storages ?? [] }

  /// The IP protocol of a raw socket, as in `/etc/protocols`. The kernel reports it in the place of the local port.
  /// Kernel: `inet_num`.
  public var ipProtocol: UInt16? { self.protocol == .raw ? localPort : nil }

  /// A number that distinguishes the associations of an SCTP endpoint, which all have its cookie; 0 for other sockets.
  package var associationNumber: UInt64 {
    guard isAssociation else { return 0 }
    // Two associations of one endpoint differ in the peer. Multiplying spreads the bits.
    var number: UInt64 = 1
    for word in [remoteHigh, remoteLow, UInt64(remotePort)] {
      number = (number ^ word) &* 0x9e37_79b9_7f4a_7c15
      number ^= number >> 29
    }
    return number | 1
  }
}

extension InetSocket {
  /// Stores an attribute that only SCTP has.
  ///
  /// An association is known by its list of peers. Its state and timer have the kernel's numbers for SCTP until then.
  mutating func storeAddresses(
    _ attribute: NetlinkAttribute, _ type: InetAttributeType, in bytes: Span<UInt8>
  ) {
    // No other protocol sends it, so it also shows the protocol where the request was not captured.
    if self.protocol == .unspecified {
      self.protocol = .sctp
      updateAttributes { $0.readInfoAsSCTP() }
    }
    let addresses = KernelSocketAddress.list(attribute.payload, in: bytes)
    let verbatim = addresses == nil ? bytes.array(attribute.payload) : []
    updateAttributes {
      $0.updateOther { other in
        if addresses == nil { other.unknown.append(UnknownAttribute(type: attribute.type, payload: verbatim)) }
        other.updateProtocolPart {
          if type == .localAddresses { $0.localAddresses = addresses } else { $0.peerAddresses = addresses ?? [] }
        }
      }
    }
    guard self.protocol == .sctp else { return }
    if type == .peerAddresses { state = SocketState(association: state.rawValue) }
    // The only timer that is reported retransmits data (SCTP_EVENT_TIMEOUT_T3_RTX). Without it, the rest has no meaning.
    timer =
      timerKind == 0 ? nil : SocketTimer(.retransmit, expiresMilliseconds: timerExpires, retransmits: timerRetransmits)
  }
}

extension InetSocket {
  /// Whether an attribute with an IP protocol makes this a raw socket. The protocol stands in place of the port as well,
  /// so it need not be stored.
  ///
  /// Besides raw sockets, only the final record of a destroyed socket has the attribute, and that has no inode.
  mutating func takesForRaw(_ ipProtocol: UInt8) -> Bool {
    if self.protocol == .unspecified, inode != 0, UInt16(ipProtocol) == localPort { self.protocol = .raw }
    return self.protocol == .raw
  }
}

extension InetAttributes {
  /// Reads the structure again that was taken for TCP's, because the protocol was not known.
  fileprivate mutating func readInfoAsSCTP() {
    guard tcpInfo.byteCount > 0 else { return }
    let bytes = tcpInfo.bytes
    tcpInfo.removeAll()
    updateOther { other in other.updateProtocolPart { $0.sctpInfo = SCTPInfo(bytes: bytes) } }
  }
}

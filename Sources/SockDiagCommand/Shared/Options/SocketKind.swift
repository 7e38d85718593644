internal import SockDiag

/// A kind of sockets, as the options of `ss` distinguish them.
enum SocketKind: String, CaseIterable, Hashable {
  // The raw value is the kind's name in the column Netid of `ss`. The order is that of the output.
  case tcp
  case mptcp
  case udp
  case udpLite = "udplite"
  case raw
  case sctp
  case dccp
  case smc
  case unixStream = "u_str"
  case unixSequential = "u_seq"
  case unixDatagram = "u_dgr"
  case netlink = "nl"
  case rawPacket = "p_raw"
  case packetDatagram = "p_dgr"
  case vsockStream = "v_str"
  case vsockSequential = "v_seq"
  case vsockDatagram = "v_dgr"
  case tipcStream = "ti_st"
  case tipcSequential = "ti_sq"
  case tipcDatagram = "ti_dg"
  case tipcReliable = "ti_rd"
  case xdp

  /// The protocol, of sockets of IPv4 and IPv6 that one request lists.
  var transport: TransportProtocol? {
    switch self {
    case .tcp: .tcp
    case .mptcp: .mptcp
    case .udp: .udp
    case .udpLite: .udpLite
    case .raw: .raw
    case .sctp: .sctp
    case .dccp: .dccp
    default: nil
    }
  }

  /// The kind of a socket of any family. Kinds that have no name yet belong to the first of their family.
  init?(_ socket: some KernelSocket) {
    if let kind = Self(rawValue: socket.netID) {
      self = kind
      return
    }
    switch socket.family {
    case .vsock: self = .vsockStream
    case .tipc: self = .tipcStream
    default: return nil
    }
  }

  /// The kinds of vsock sockets.
  static let vsock: [SocketKind] = [.vsockStream, .vsockSequential, .vsockDatagram]
  /// The kinds of TIPC sockets.
  static let tipc: [SocketKind] = [.tipcStream, .tipcSequential, .tipcDatagram, .tipcReliable]

  /// The kind of a protocol of IPv4 and IPv6.
  init?(_ transport: TransportProtocol) {
    guard let kind = Self.allCases.first(where: { $0.transport == transport }) else { return nil }
    self = kind
  }

  /// The kinds of UNIX sockets.
  static let unix: [SocketKind] = [.unixStream, .unixSequential, .unixDatagram]

  /// Whether sockets of the kind can only be connected or not. Packet and XDP sockets are never connected.
  private var lacksConnections: Bool {
    switch self {
    case .netlink, .rawPacket, .packetDatagram, .xdp, .raw, .unixDatagram, .tipcDatagram, .tipcReliable: true
    default: false
    }
  }

  /// All states.
  var allStates: SocketStateSet {
    if lacksConnections { return [.established, .close] }
    return self == .tcp ? .all.union(.boundInactive) : .all
  }

  /// The states that mean that others can reach the socket.
  var listeningStates: SocketStateSet {
    switch self {
    case .udp, .udpLite, .unixDatagram, .vsockDatagram, .tipcDatagram, .tipcReliable: .close
    default: lacksConnections ? allStates : .listen
    }
  }

  /// The states that are shown if neither an option nor the filter names any.
  var connectedStates: SocketStateSet {
    // Such sockets are rarely connected, so a list of connected ones would hide nearly all. Of others as in `ss`: without
    // the records of half-open and closed connections, which no program holds.
    lacksConnections ? allStates : .connected.subtracting(.bucket)
  }
}

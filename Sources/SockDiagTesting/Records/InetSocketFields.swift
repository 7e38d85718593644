public import SockDiagWire

/// The fields of a socket's record, each of which can be set. A test makes records from it.
///
/// ``record`` encodes the fields as the kernel does and decodes them again, so a test sees exactly what a reader of the
/// kernel would see: a TIME_WAIT record, for example, has no user.
public struct InetSocketFields: Hashable, Sendable {
  /// The protocol.
  public var `protocol`: TransportProtocol
  /// The state.
  public var state: SocketState
  /// The local address and port. The family of the socket is that of this address.
  public var local: SocketAddress
  /// The remote address and port, all zero if there is no peer.
  public var remote: SocketAddress
  /// The interface to which the socket is bound; 0 for none.
  public var interfaceIndex: UInt32 = 0
  /// The kernel's number for this one socket. A ``SimulatedKernel`` assigns one if it is `nil`.
  public var cookie: SocketCookie?
  /// The user who made the socket.
  public var uid: UInt32 = 0
  /// The inode behind the socket's descriptors; 0 if no descriptor refers to it.
  public var inode: UInt32 = 0
  /// Bytes that wait to be read; on a listener, connections that wait for `accept`.
  public var receiveQueue: UInt32 = 0
  /// Bytes that are not acknowledged; on a listener, the limit of the accept queue.
  public var sendQueue: UInt32 = 0
  /// The timer that runs, or `nil`.
  public var timer: SocketTimer?
  /// Whether an IPv6 socket refuses IPv4.
  public var isV6Only: Bool?
  /// The firewall mark.
  public var mark: UInt32?
  /// The id of the cgroup in which the socket was made.
  public var cgroupID: UInt64?
  /// The directions that are shut down.
  public var shutdown: ShutdownSides?
  /// Boolean options that are set.
  public var options: InetSocketOptions?
  /// The state of the connection's machinery. Make one with `TCPInfo.specimen(byteCount:_:)`.
  public var tcpInfo: TCPInfo?
  /// Memory in use, in the older and shorter form.
  public var memory: InetMemory?
  /// Memory in use and its limits.
  public var socketMemory: SocketMemory?
  /// The name of the congestion control.
  public var congestion: String?
  /// Figures of the congestion control.
  public var congestionInfo: CongestionInfo?
  /// The type of service byte.
  public var typeOfService: UInt8?
  /// The traffic class of an IPv6 socket.
  public var trafficClass: UInt8?
  /// The class id of the net_cls cgroup, or else the socket's priority.
  public var classID: UInt32?
  /// What is stacked on the connection: TLS, MPTCP.
  public var upperLayerProtocol: UpperLayerProtocol?
  /// The TCP-MD5 keys of the socket.
  public var md5Keys: [TCPMD5Key] = []
  /// State and statistics of a multipath TCP connection.
  public var mptcpInfo: MPTCPInfo?
  /// State and statistics of an SCTP association, or options of an SCTP endpoint.
  public var sctpInfo: SCTPInfo?
  /// All local addresses of an SCTP association or endpoint.
  public var localAddresses: [SocketAddress]?
  /// All addresses of the peer of an SCTP association; `nil` for an endpoint.
  public var peerAddresses: [SocketAddress]?
  /// Values that BPF programs stored with the socket.
  public var storages: [SocketStorage] = []
  /// Attributes that this version does not decode.
  public var unknownAttributes: [UnknownAttribute] = []

  /// Creates the fields of a socket with these addresses. Every other field is zero or absent.
  public init(_ protocol: TransportProtocol, _ state: SocketState, local: SocketAddress, remote: SocketAddress) {
    self.protocol = `protocol`
    self.state = state
    self.local = local
    self.remote = remote
  }

  /// Creates the fields of an existing record.
  public init(_ socket: InetSocket) {
    self.init(socket.protocol, socket.state, local: socket.local, remote: socket.remote)
    interfaceIndex = socket.interfaceIndex
    cookie = socket.cookie
    uid = socket.uid ?? 0
    inode = socket.inode
    receiveQueue = socket.receiveQueue
    sendQueue = socket.sendQueue
    timer = socket.timer
    isV6Only = socket.isV6Only
    mark = socket.mark
    cgroupID = socket.cgroupID
    shutdown = socket.shutdown
    options = socket.options
    tcpInfo = socket.tcpInfo
    memory = socket.memory
    socketMemory = socket.socketMemory
    congestion = socket.congestion
    congestionInfo = socket.congestionInfo
    typeOfService = socket.typeOfService
    trafficClass = socket.trafficClass
    classID = socket.classID
    upperLayerProtocol = socket.upperLayerProtocol
    md5Keys = socket.md5Keys
    mptcpInfo = socket.mptcpInfo
    sctpInfo = socket.sctpInfo
    localAddresses = socket.localAddresses
    peerAddresses = socket.peerAddresses
    storages = socket.storages
    unknownAttributes = socket.unknownAttributes
  }

  /// The record that a reader of the kernel gets for these fields.
  public var record: InetSocket {
    var socket = InetSocket()
    var decoder = InetDecoder()
    let payload = payload(.all, includesStorages: true)
    // What this module writes has its fixed part, which alone can be missing. A damaged attribute, such as one that a
    // test made on purpose, does not hide the socket.
    _ = try? decoder.decode(0..<payload.count, in: payload.span, protocol: `protocol`, into: &socket)
    return socket
  }
}

extension InetSocket {
  /// A record for a test.
  ///
  /// ```swift
  /// let server = InetSocket.specimen(.tcp, .listen, local: "0.0.0.0:443")
  /// let slow = InetSocket.specimen(local: "10.0.0.1:443", remote: "10.0.0.9:51000") {
  ///   $0.uid = 33
  ///   $0.tcpInfo = .specimen { $0.smoothedRTT = .milliseconds(300) }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - protocol: The protocol.
  ///   - state: The state.
  ///   - local: The local address and port.
  ///   - remote: The peer; `nil` for the wildcard address and port 0.
  ///   - change: Sets any other field. The inode is 1 for a socket that a process can hold, and 0 for a TIME_WAIT record or
  ///     a request in SYN_RECV.
  public static func specimen(
    _ protocol: TransportProtocol = .tcp, _ state: SocketState = .established, local: SocketAddress,
    remote: SocketAddress? = nil, _ change: (inout InetSocketFields) -> Void = { _ in }
  ) -> InetSocket {
    let nobody = SocketAddress(local.address.family == .inet ? .anyV4 : .anyV6, port: 0)
    var fields = InetSocketFields(`protocol`, state, local: local, remote: remote ?? nobody)
    fields.inode = state == .timeWait || state == .synReceived ? 0 : 1
    change(&fields)
    return fields.record
  }

  /// The same record with other fields, for a test.
  public func changing(_ change: (inout InetSocketFields) -> Void) -> InetSocket {
    var fields = InetSocketFields(self)
    change(&fields)
    return fields.record
  }
}

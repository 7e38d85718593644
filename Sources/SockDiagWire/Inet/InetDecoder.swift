/// Decodes replies into ``InetSocket`` values.
///
/// Keep one decoder for many replies: it reuses the storage for details unless the caller kept the value that used it.
/// So a stream allocates nothing.
public struct InetDecoder: Sendable {
  /// The size of the fixed record at the start of every reply. Kernel: `struct inet_diag_msg`.
  public static var fixedByteCount: Int { 72 }

  private var spare: [InetAttributes] = []

  /// Creates a decoder.
  public init() {}

  /// Decodes the payload of a reply into an existing value and overwrites all of it.
  ///
  /// - Parameters:
  ///   - payload: The range of the payload in `bytes`.
  ///   - bytes: The datagram.
  ///   - protocol: The protocol of the request; only raw sockets and events repeat it.
  ///   - socket: The value to fill.
  /// - Returns: The fault in the attributes, or `nil`. Everything before the fault is decoded, so a damaged tail does
  ///     not hide the socket.
  /// - Throws: ``WireError/Code/structureLength`` if the fixed record is incomplete.
  public mutating func decode(
    _ payload: Range<Int>, in bytes: Span<UInt8>, protocol: TransportProtocol, into socket: inout InetSocket
  ) throws(WireError) -> WireError? {
    guard payload.count >= Self.fixedByteCount, payload.lowerBound >= 0, payload.upperBound <= bytes.count else {
      throw WireError(
        .structureLength, at: payload.lowerBound,
        "a socket's record has \(payload.count) bytes, expected at least \(Self.fixedByteCount)")
    }
    recycle(&socket)
    decodeFixed(payload.lowerBound, in: bytes, into: &socket)
    socket.rawProtocol = `protocol`.rawValue
    if `protocol` == .dccp { socket.state = SocketState(dccp: socket.state.rawValue) }
    // The kernel reports its TCP_BOUND_INACTIVE as TCP_CLOSE. A closed TCP socket that has a port and an inode is
    // bound-inactive; the final record of a destroyed socket has no inode. DCCP is the same there.
    if socket.state == .close, `protocol` == .tcp || `protocol` == .dccp, socket.localPort != 0, socket.inode != 0 {
      socket.state = .boundInactive
    }

    var cursor = NetlinkAttributeCursor(payload.lowerBound + Self.fixedByteCount..<payload.upperBound)
    var fault: WireError?
    do throws(WireError) {
      while let attribute = try cursor.next(in: bytes) {
        // A fault inside an attribute does not affect the other attributes.
        if let inner = decode(attribute, in: bytes, into: &socket) { fault = fault ?? inner }
      }
      return fault
    } catch {
      return fault ?? error
    }
  }

  /// The state in a record, as ``decode(_:in:protocol:into:)`` finds it; `nil` if the record is too short.
  ///
  /// - Parameters:
  ///   - payload: Where the record lies in the bytes.
  ///   - bytes: The datagram.
  ///   - isTCP: Whether this is a record of TCP, in which a socket that is only bound is `close`.
  @inlinable
  public static func state(_ payload: Range<Int>, in bytes: Span<UInt8>, isTCP: Bool) -> SocketState? {
    let start = payload.lowerBound
    guard payload.count >= 72, start >= 0, payload.upperBound <= bytes.count else { return nil }
    let state = SocketState(rawValue: bytes[start + 1])
    guard isTCP, state == .close else { return state }
    let hasPort = bytes[start + 4] | bytes[start + 5] != 0
    let hasInode = bytes[start + 68] | bytes[start + 69] | bytes[start + 70] | bytes[start + 71] != 0
    return hasPort && hasInode ? .boundInactive : state
  }

  /// Reuses the storage for details of a value that is no longer needed. A copy of the value keeps its details.
  @inline(__always)
  public mutating func recycle(_ socket: inout InetSocket) {
    if socket.boxedAttributes.isEmpty { return }
    swap(&spare, &socket.boxedAttributes)
    socket.boxedAttributes = []
  }

  @inline(__always)
  private func decodeFixed(_ start: Int, in bytes: Span<UInt8>, into socket: inout InetSocket) {
    // After this check the compiler knows that all reads below are in bounds.
    let record = bytes.extracting(start...)
    precondition(record.count >= Self.fixedByteCount)
    socket.family = AddressFamily(rawValue: record[0])
    socket.state = SocketState(rawValue: record[1])
    socket.timerKind = record[2]
    socket.timerRetransmits = record[3]
    socket.localPort = record.network16(at: 4)
    socket.remotePort = record.network16(at: 6)
    if record[0] == AddressFamily.inet.rawValue {
      socket.localHigh = 0
      socket.localLow = UInt64(record.network32(at: 8))
      socket.remoteHigh = 0
      socket.remoteLow = UInt64(record.network32(at: 24))
    } else {
      socket.localHigh = record.network64(at: 8)
      socket.localLow = record.network64(at: 16)
      socket.remoteHigh = record.network64(at: 24)
      socket.remoteLow = record.network64(at: 32)
    }
    socket.interfaceIndex = record.host32(at: 40)
    socket.rawCookie = UInt64(record.host32(at: 44)) | UInt64(record.host32(at: 48)) << 32
    socket.timerExpires = SocketTimer.remaining(record.host32(at: 52))
    socket.receiveQueue = record.host32(at: 56)
    socket.sendQueue = record.host32(at: 60)
    socket.rawUID = record.host32(at: 64)
    socket.inode = record.host32(at: 68)
    socket.present = .cookie
    // Equality also compares absent fields, so they are reset.
    socket.rawCgroupID = 0
    socket.rawMark = 0
    socket.rawDrops = 0
    socket.rawOptions = 0
    socket.rawShutdown = 0
  }

  @inline(__always)
  private mutating func decode(
    _ attribute: NetlinkAttribute, in bytes: Span<UInt8>, into socket: inout InetSocket
  ) -> WireError? {
    let payload = attribute.payload
    let start = payload.lowerBound
    // The attributes that the kernel always sends, which are stored in the value itself.
    switch attribute.signature {
    case signature(.shutdown, 1):
      socket.rawShutdown = bytes[start]
      socket.present.insert(.shutdown)
    case signature(.mark, 4):
      socket.rawMark = bytes.host32(at: start)
      socket.present.insert(.mark)
    case signature(.cgroupID, 8):
      socket.rawCgroupID = bytes.host64(at: start)
      socket.present.insert(.cgroupID)
    case signature(.socketOptions, 2):
      socket.rawOptions = UInt16(bytes[start]) | UInt16(bytes[start &+ 1]) << 8
      socket.present.insert(.options)
    case signature(.v6Only, 1):
      socket.isV6Only = bytes[start] != 0
    case signature(.protocol, 1):
      if socket.takesForRaw(bytes[start]) { break }
      socket.rawProtocol = UInt16(bytes[start])
      // Of the records that carry their protocol, only the final one of a destroyed socket has no inode. Its uid is 0
      // because the kernel leaves it out; it does not mean root.
      if socket.inode == 0 {
        socket.present.insert(.isFinal)
        // For UDP the kernel reports the count minus one, and a socket that ends has no count left (sk_wmem_alloc_get,
        // net/sock.h).
        if socket.sendQueue == .max { socket.sendQueue = 0 }
      }
    case signature(.padding, 0):
      break
    default:
      return decodeDetail(attribute, in: bytes, into: &socket)
    }
    return nil
  }

  @inline(never)
  private mutating func decodeDetail(
    _ attribute: NetlinkAttribute, in bytes: Span<UInt8>, into socket: inout InetSocket
  ) -> WireError? {
    if socket.boxedAttributes.isEmpty {
      if spare.isEmpty { spare.append(InetAttributes()) } else { spare[0].removeAll() }
      swap(&spare, &socket.boxedAttributes)
    }
    if let type = InetAttributeType(rawValue: attribute.type), type == .localAddresses || type == .peerAddresses {
      socket.storeAddresses(attribute, type, in: bytes)
      return nil
    }
    do throws(WireError) {
      let transport = TransportProtocol(rawValue: socket.rawProtocol)
      try socket.boxedAttributes[0].decode(attribute, of: transport, in: bytes)
      return nil
    } catch {
      return error
    }
  }
}

/// Numbers of the attributes of a reply. Kernel: `INET_DIAG_*`, linux/inet_diag.h.
enum InetAttributeType: UInt16 {
  case memory = 1
  case info = 2
  case vegasInfo = 3
  case congestion = 4
  case typeOfService = 5
  case trafficClass = 6
  case socketMemory = 7
  case shutdown = 8
  case dctcpInfo = 9
  case `protocol` = 10
  case v6Only = 11
  case localAddresses = 12
  case peerAddresses = 13
  case padding = 14
  case mark = 15
  case bbrInfo = 16
  case classID = 17
  case md5Signatures = 18
  case upperLayerProtocol = 19
  case storages = 20
  case cgroupID = 21
  case socketOptions = 22
}

/// An attribute's type with a payload of that length, to compare with ``NetlinkAttribute/signature``.
@inline(__always)
private func signature(_ type: InetAttributeType, _ byteCount: Int) -> UInt32 {
  NetlinkAttribute.signature(type.rawValue, byteCount: byteCount)
}

extension InetAttributes {
  /// Stores an attribute.
  mutating func decode(
    _ attribute: NetlinkAttribute, of protocol: TransportProtocol, in bytes: Span<UInt8>
  ) throws(WireError) {
    if attribute.type == InetAttributeType.info.rawValue, !attribute.payload.isEmpty {
      switch `protocol` {
      // Other protocols use the attribute for another structure. If the request was not captured, TCP is most likely.
      // DCCP fills in a few members of TCP's structure.
      case .tcp, .unspecified, .dccp: return tcpInfo.read(attribute.payload, in: bytes)
      default: break
      }
    }
    if boxedOther.isEmpty { boxedOther.append(InetOtherAttributes()) }
    hasOther = true
    try boxedOther[0].decode(attribute, of: `protocol`, in: bytes)
  }
}

extension InetOtherAttributes {
  /// Stores an attribute. An attribute is kept verbatim if its type is unknown, if its payload does not fit its type,
  /// or if its payload is longer than the known structure.
  mutating func decode(
    _ attribute: NetlinkAttribute, of protocol: TransportProtocol, in bytes: Span<UInt8>
  ) throws(WireError) {
    let payload = attribute.payload
    let start = payload.lowerBound
    let type = InetAttributeType(rawValue: attribute.type)
    // The number of payload bytes that were decoded; `nil` for all. The rest, which a newer kernel may have added, is
    // kept.
    var decodedByteCount: Int?
    switch (type, payload.count) {
    case (.info, 1...) where `protocol` == .mptcp:
      let info = MPTCPInfo(bytes: bytes.array(payload))
      updateProtocolPart { $0.mptcpInfo = info }
    case (.info, 1...) where `protocol` == .sctp:
      let info = SCTPInfo(bytes: bytes.array(payload))
      updateProtocolPart { $0.sctpInfo = info }
    case (.congestion, 1...): congestion = attribute.text(in: bytes)
    case (.typeOfService, 1): typeOfService = bytes[start]
    case (.trafficClass, 1): trafficClass = bytes[start]
    case (.classID, 4): classID = bytes.host32(at: start)
    case (.memory, 16...):
      memory = InetMemory(payload, in: bytes)
      decodedByteCount = 16
    case (.socketMemory, 28...):
      socketMemory = SocketMemory(payload, in: bytes)
      decodedByteCount = min(payload.count & ~3, 36)
    case (.vegasInfo, 16...):
      congestionInfo = VegasInfo(payload, in: bytes).map(CongestionInfo.vegas)
      decodedByteCount = 16
    case (.dctcpInfo, 16...):
      congestionInfo = DCTCPInfo(payload, in: bytes).map(CongestionInfo.dctcp)
      decodedByteCount = 16
    case (.bbrInfo, 20...):
      congestionInfo = BBRInfo(payload, in: bytes).map(CongestionInfo.bbr)
      decodedByteCount = 20
    case (.upperLayerProtocol, _): upperLayerProtocol = try UpperLayerProtocol(payload, in: bytes)
    case (.md5Signatures, TCPMD5Key.byteCount...):
      md5Keys = TCPMD5Key.keys(payload, in: bytes)
      decodedByteCount = md5Keys.count * TCPMD5Key.byteCount
    case (.storages, 1...):
      if let storages = try SocketStorage.list(payload, in: bytes) {
        updateProtocolPart { $0.storages = storages }
      } else {
        decodedByteCount = 0
      }
    default: decodedByteCount = 0
    }
    if let decodedByteCount, decodedByteCount < payload.count || payload.isEmpty {
      // A partial key is dropped, because it must not become visible.
      let rest = type == .md5Signatures ? [] : bytes.array(payload)
      unknown.append(UnknownAttribute(type: attribute.type, payload: rest))
    }
  }
}

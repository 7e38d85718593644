/// Decodes the packets of a capture into sockets.
///
/// Requests in the capture give the protocol of the replies. Without a request, the protocol is TCP in a stream of
/// messages, because `ss -D` writes only TCP, and ``TransportProtocol/unspecified`` in a pcap file. An invalid message
/// is reported with its offset in the file, and decoding continues with the next packet.
///
/// Captures of machines with the other byte order are decoded too; their packets are copied.
public struct CaptureDecoder: Sendable {
  private var reader: CaptureReader
  private let faultLimit: Int
  private var decoder = InetDecoder()
  /// The records of the families, each reused.
  private var inet = InetSocket()
  private var netlink = Netlink.emptySocket
  private var unix = Unix.emptySocket
  private var packet = Packet.emptySocket
  private var vsock = VSock.emptySocket
  private var xdp = XDP.emptySocket
  private var tipc = TIPC.emptySocket
  private var smc = SMC.emptySocket
  private var requests = CaptureRequests()
  private var peers = CapturedPeers()
  /// Whether only the names of UNIX sockets are read.
  private var isLearning = false
  private var summary = CaptureSummary()
  /// The offset in the capture of the bytes that are being decoded.
  private var base = 0

  /// Creates a decoder for the packets that a reader has not read yet.
  ///
  /// - Parameters:
  ///   - reader: The reader of the capture.
  ///   - faultLimit: The number of faults to keep. All faults are counted.
  public init(_ reader: CaptureReader, faultLimit: Int = 100) {
    self.reader = reader
    self.faultLimit = faultLimit
  }

  /// Decodes the sockets of a whole capture.
  ///
  /// - Returns: The sockets in the order of the capture, and a summary of everything else.
  /// - Throws: ``WireError`` if the bytes are not a capture.
  public static func sockets(in bytes: Span<UInt8>) throws(WireError) -> (
    sockets: [CapturedSocket], summary: CaptureSummary
  ) {
    var decoder = CaptureDecoder(try CaptureReader(bytes))
    var sockets: [CapturedSocket] = []
    let summary = decoder.forEach(in: bytes) { socket, _ in sockets.append(socket) }
    return (sockets, summary)
  }

  /// Reads the names of UNIX sockets ahead, so that `forEach(in:_:)` adds them to the records of their peers.
  ///
  /// The kernel sends the peer's inode only. A peer whose record is not in the same dump stays unknown. Skips the records
  /// of other families, and keeps 24 bytes for each UNIX socket, beside its name.
  ///
  /// - Parameter bytes: The same bytes that the reader was created for.
  public mutating func learnUnixPeers(in bytes: Span<UInt8>) {
    var learner = self
    learner.isLearning = true
    _ = learner.forEach(in: bytes) { _, _ in }
    peers = learner.peers
    peers.rewind()
  }

  /// Passes each socket to `body`, with the packet that contains it.
  ///
  /// Nothing is allocated per socket unless the closure keeps the value.
  ///
  /// - Parameters:
  ///   - bytes: The same bytes that the reader was created for.
  ///   - body: Called for each socket. An error that it throws ends the decoding.
  /// - Returns: A summary of everything else, from the reader's first packet on.
  public mutating func forEach<Failure: Error>(
    in bytes: Span<UInt8>, _ body: (CapturedSocket, CapturePacket) throws(Failure) -> Void
  ) throws(Failure) -> CaptureSummary {
    while let packet = nextPacket(in: bytes) {
      summary.packets += 1
      guard packet.netlinkFamily == .sockDiag else {
        summary.otherNetlinkFamilies[packet.netlinkFamily, default: 0] += 1
        continue
      }
      if packet.isTruncated { summary.truncatedPackets += 1 }
      if packet.isForeign {
        let translated = translated(packet, in: bytes)
        base = packet.range.lowerBound
        try forEachSocket(of: packet, 0..<translated.count, in: translated.span, body)
      } else {
        base = 0
        try forEachSocket(of: packet, packet.range, in: bytes, body)
      }
    }
    summary.failure = reader.failure
    summary.dumpsUnfinished = requests.unfinishedDumps
    return summary
  }

  /// Decodes the messages of a packet, which lie in a range of the bytes.
  private mutating func forEachSocket<Failure: Error>(
    of packet: CapturePacket, _ range: Range<Int>, in bytes: Span<UInt8>,
    _ body: (CapturedSocket, CapturePacket) throws(Failure) -> Void
  ) throws(Failure) {
    var cursor = NetlinkCursor(range)
    while let message = nextMessage(of: packet, &cursor, in: bytes) {
      if let socket = decode(message, of: packet, in: bytes) { try body(socket, packet) }
    }
  }

  /// A packet in the byte order of this machine.
  private func translated(_ packet: CapturePacket, in bytes: Span<UInt8>) -> [UInt8] {
    ForeignByteOrder(
      packet.range, of: bytes, isRequest: { Self.isRequest($0, packet) },
      request: { requests.request(of: $0) ?? unknownRequest }
    ).bytes
  }

  /// What a request that was not captured asked for.
  private var unknownRequest: CapturedRequest {
    CapturedRequest(family: nil, protocol: reader.format == .messages ? .tcp : .unspecified)
  }

  private static func isRequest(_ header: NetlinkHeader, _ packet: CapturePacket) -> Bool {
    packet.direction == .toKernel || (packet.direction != .toUser && header.flags.contains(.request))
  }

  private mutating func nextPacket(in bytes: Span<UInt8>) -> CapturePacket? {
    while true {
      do throws(WireError) {
        return try reader.next(in: bytes)
      } catch {
        base = 0
        if reader.failure == nil { report(error) }
      }
    }
  }

  private mutating func nextMessage(
    of packet: CapturePacket, _ cursor: inout NetlinkCursor, in bytes: Span<UInt8>
  ) -> NetlinkCursor.Message? {
    do throws(WireError) {
      return try cursor.next(in: bytes)
    } catch {
      let start = cursor.offset
      // The rest of the packet cannot be located, so this was the last message.
      let end = cursor.end
      cursor = NetlinkCursor(end..<end)
      guard packet.isTruncated else {
        report(error)
        return nil
      }
      return Self.cutMessage(start..<end, in: bytes)
    }
  }

  /// Decodes the partial last message of a truncated packet, if it is enough for a socket.
  private static func cutMessage(_ range: Range<Int>, in bytes: Span<UInt8>) -> NetlinkCursor.Message? {
    guard range.count >= NetlinkHeader.byteCount + InetDecoder.fixedByteCount else { return nil }
    let length = Int(clamping: bytes.host32(at: range.lowerBound))
    let type = NetlinkMessageType(rawValue: bytes.host16(at: range.lowerBound &+ 4))
    guard length > range.count, type.isSockDiag else { return nil }
    let header = NetlinkHeader(
      length: UInt32(clamping: length), type: type,
      flags: NetlinkFlags(rawValue: bytes.host16(at: range.lowerBound &+ 6)),
      sequence: bytes.host32(at: range.lowerBound &+ 8), portID: bytes.host32(at: range.lowerBound &+ 12))
    return NetlinkCursor.Message(
      header: header, payload: range.lowerBound &+ NetlinkHeader.byteCount..<range.upperBound)
  }

  /// Decodes a message; `nil` if it is no socket.
  private mutating func decode(
    _ message: NetlinkCursor.Message, of packet: CapturePacket, in bytes: Span<UInt8>
  ) -> CapturedSocket? {
    let header = message.header
    if Self.isRequest(header, packet) {
      decodeRequest(message, in: bytes)
      return nil
    }
    if header.flags.contains(.dumpInterrupted), header.type != .error { summary.isInterrupted = true }
    switch header.type {
    case .sockDiagByFamily, .inetDiagLegacy:
      return decodeSocket(message, in: bytes)
    case .done:
      let verdict = NetlinkVerdict(done: message.payload, flags: header.flags, in: bytes)
      if verdict.errno == 0 { summary.dumpsCompleted += 1 }
      peers.endDump(header)
      take(verdict, of: message)
    case .error:
      do throws(WireError) {
        let verdict = try NetlinkVerdict(error: message.payload, flags: header.flags, in: bytes)
        // The result of a destroy request says nothing about the sockets of other requests.
        if verdict.requestType != .sockDestroy { take(verdict, of: message) }
      } catch {
        report(error)
      }
    case .overrun: summary.isOverrun = true
    case .noOperation: break
    default: summary.otherMessages += 1
    }
    return nil
  }

  private mutating func decodeRequest(_ message: NetlinkCursor.Message, in bytes: Span<UInt8>) {
    guard message.header.type.isSockDiag || message.header.type == .sockDestroy else {
      summary.otherMessages += 1
      return
    }
    // The legacy message may leave the family open.
    let family = AddressFamily(rawValue: message.payload.isEmpty ? 0 : bytes[message.payload.lowerBound])
    guard family.isInet else {
      // Only the family matters for the records of other families. A destroy request has no socket in its reply.
      if message.header.type == .sockDiagByFamily {
        requests.insert(CapturedRequest(family: family, protocol: .unspecified), message.header)
      }
      return
    }
    do throws(WireError) {
      let request = try InetRequest(message, in: bytes)
      guard request.form != .destroy else { return }
      requests.insert(CapturedRequest(family: request.family, protocol: request.protocol), message.header)
    } catch {
      report(error)
    }
  }

  private mutating func decodeSocket(_ message: NetlinkCursor.Message, in bytes: Span<UInt8>) -> CapturedSocket? {
    let payload = message.payload
    let request = requests.request(ofRecord: message.header, default: unknownRequest)
    let family = AddressFamily(ofRecord: payload, answering: request, in: bytes)
    // The kernel answers with an empty message for each TIPC socket whose state was not asked for.
    if family == .tipc, payload.isEmpty { return nil }
    if isLearning, family != .unix { return nil }
    let socket: CapturedSocket
    do throws(WireError) {
      let fault: WireError?
      switch family {
      case .netlink:
        fault = try Netlink.decode(payload, in: bytes, answering: NetlinkSocketRequest(), into: &netlink)
        socket = .netlink(netlink)
      case .unix:
        fault = try Unix.decode(payload, in: bytes, answering: UnixSocketRequest(), into: &unix)
        if isLearning {
          peers.learn(from: unix, message.header)
          return nil
        }
        peers.complete(&unix, message.header)
        socket = .unix(unix)
      case .packet:
        fault = try Packet.decode(payload, in: bytes, answering: PacketSocketRequest(), into: &packet)
        socket = .packet(packet)
      case .vsock:
        fault = try VSock.decode(payload, in: bytes, answering: VSockSocketRequest(), into: &vsock)
        socket = .vsock(vsock)
      case .xdp:
        fault = try XDP.decode(payload, in: bytes, answering: XDPSocketRequest(), into: &xdp)
        socket = .xdp(xdp)
      case .tipc:
        fault = try TIPC.decode(payload, in: bytes, answering: TIPCSocketRequest(), into: &tipc)
        socket = .tipc(tipc)
      case .smc:
        fault = try SMC.decode(payload, in: bytes, answering: SMCSocketRequest(), into: &smc)
        socket = .smc(smc)
      case _ where family.isInet:
        fault = try decoder.decode(payload, in: bytes, protocol: request.protocol, into: &inet)
        socket = .inet(inet)
      default:
        summary.otherFamilies[family, default: 0] += 1
        return .unknown(UndecodedSocket(family: family, payload: bytes.array(payload)))
      }
      // A truncated packet is not a fault of the message.
      let isCut = message.header.length > NetlinkHeader.byteCount + payload.count
      if let fault, !isCut { report(fault) }
    } catch {
      report(error)
      return nil
    }
    summary.sockets += 1
    return socket
  }

  private mutating func take(_ verdict: NetlinkVerdict, of message: NetlinkCursor.Message) {
    if verdict.errno != 0 {
      summary.refusals += 1
      add(
        CaptureFault(
          at: message.payload.lowerBound &- NetlinkHeader.byteCount,
          .refusal(verdict, requests.request(of: message.header)?.protocol ?? .unspecified)))
    }
    requests.finish(message.header)
  }

  private mutating func report(_ error: WireError) { add(CaptureFault(at: error.offset, .malformed(error))) }

  private mutating func add(_ fault: CaptureFault) {
    summary.faultCount += 1
    guard summary.faults.count < faultLimit else { return }
    var fault = fault
    fault.offset += base
    if case .malformed(var error) = fault.kind {
      error.offset += base
      fault.kind = .malformed(error)
    }
    summary.faults.append(fault)
  }
}

extension AddressFamily {
  /// Whether its sockets are those of IPv4 and IPv6. A legacy message may leave open which of them, with 0.
  var isInet: Bool { self == .inet || self == .inet6 || rawValue == 0 }

  /// The family of a record, which is its first byte. Records of TIPC lack that byte and begin with an attribute, so only
  /// the request shows what they are.
  init(ofRecord payload: Range<Int>, answering request: CapturedRequest, in bytes: Span<UInt8>) {
    if request.family == .tipc {
      self = .tipc
    } else {
      self.init(rawValue: payload.isEmpty ? 0 : bytes[payload.lowerBound])
    }
  }
}

import SockDiag

extension SSFigures {
  /// The figures of protocols other than TCP and UDP.
  static func protocolFigures(of socket: InetSocket) -> [String: String] {
    var figures: [String: String] = [:]
    if let info = socket.mptcpInfo { figures = Self.figures(of: info) }
    if let info = socket.sctpInfo { figures = Self.figures(of: info, isAssociation: socket.isAssociation) }
    let list = { (addresses: [SocketAddress]) in addresses.map { "\($0.address)" }.joined(separator: ",") }
    figures["locals"] = socket.localAddresses.map(list)
    figures["peers"] = socket.peerAddresses.map(list)
    // A map of four-byte integers, in the byte order of this machine.
    for storage in socket.storages where storage.value.count == 4 {
      let number = storage.value.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      figures["map_id.\(storage.mapID)"] = String(number)
    }
    return figures
  }

  private static func figures(of info: MPTCPInfo) -> [String: String] {
    var figures: [String: String] = [:]
    func set(_ name: String, _ value: (some BinaryInteger)?) { if let value { figures[name] = String(value) } }
    set("subflows", info.additionalSubflows)
    set("subflows_max", info.maximumAdditionalSubflows)
    set("subflows_total", info.totalSubflows)
    if info.flags?.contains(.remoteKeyReceived) == true { figures["remote_key"] = "yes" }
    if info.flags?.contains(.fallback) == true { figures["fallback"] = "yes" }
    figures["token"] = info.token.map { String($0, radix: 16) }
    set("write_seq", info.writeSequence)
    set("snd_una", info.firstUnacknowledged)
    set("rcv_nxt", info.receiveSequence)
    set("bytes_sent", info.bytesSent)
    set("bytes_acked", info.bytesAcknowledged)
    set("bytes_received", info.bytesReceived)
    set("bytes_retrans", info.bytesRetransmitted)
    set("last_data_sent", info.sinceLastDataSent.map { $0 / .milliseconds(1) }.map { Int($0) })
    set("last_data_recv", info.sinceLastDataReceived.map { $0 / .milliseconds(1) }.map { Int($0) })
    set("last_ack_recv", info.sinceLastAcknowledgementReceived.map { $0 / .milliseconds(1) }.map { Int($0) })
    return figures
  }

  private static func figures(of info: SCTPInfo, isAssociation: Bool) -> [String: String] {
    var figures: [String: String] = [:]
    func set(_ name: String, _ value: (some BinaryInteger)?, radix: Int = 10) {
      if let value { figures[name] = String(value, radix: radix) }
    }
    set("tag", info.tag, radix: 16)
    if info.state == .established { figures["state"] = "ESTAB" }
    set("rwnd", info.receiveWindow)
    set("unackdata", info.unacknowledgedChunks)
    set("penddata", info.pendingChunks)
    set("instrms", info.incomingStreams)
    set("outstrms", info.outgoingStreams)
    set("inqueue", info.queuedIncomingChunks)
    set("outqueue", info.queuedOutgoingChunks)
    set("maxburst", info.maximumBurst)
    set("maxseg", info.fragmentSize)
    set("prwnd", info.peerReceiveWindow)
    set("ptag", info.peerTag, radix: 16)
    set("pcapable", info.peerCapabilities?.rawValue)
    set("psack", info.peerAcknowledgement)
    if info.mapsIPv4 == true { figures["v4mapped"] = "1" }
    return figures
  }
}

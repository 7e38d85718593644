internal import SockDiag

extension DetailText {
  /// Appends the figures of a connection of multipath TCP to its line, those that are zero left out.
  mutating func append(_ info: MPTCPInfo) {
    // Its subflows have it as `mptcp_token_loc`.
    count("token", info.token)
    count("subflows_total", info.totalSubflows)
    count("subflows", info.additionalSubflows)
    count("subflows_max", info.maximumAdditionalSubflows)
    flag("fallback", info.flags?.contains(.fallback))
    flag("remote_key", info.flags?.contains(.remoteKeyReceived))
    flag("csum_enabled", info.hasChecksums)
    count("add_addr_signal", info.announcedAddresses)
    count("add_addr_signal_max", info.maximumAnnouncedAddresses)
    count("add_addr_accepted", info.acceptedAddresses)
    count("add_addr_accepted_max", info.maximumAcceptedAddresses)
    count("local_addr_used", info.usedLocalAddresses)
    count("local_addr_max", info.maximumLocalAddresses)
    count("endp_laminar_max", info.maximumLaminarAddresses)
    count("endp_fullmesh_max", info.maximumFullMeshAddresses)
    line("traffic")
    count("bytes_sent", info.bytesSent)
    count("bytes_retrans", info.bytesRetransmitted)
    count("bytes_acked", info.bytesAcknowledged)
    count("bytes_received", info.bytesReceived)
    count("retransmits", info.unansweredRetransmits)
    time("last_data_sent", info.sinceLastDataSent)
    time("last_data_recv", info.sinceLastDataReceived)
    time("last_ack_recv", info.sinceLastAcknowledgementReceived)
    line("sequence")
    count("write_seq", info.writeSequence)
    count("snd_una", info.firstUnacknowledged)
    count("rcv_nxt", info.receiveSequence)
  }

  /// Appends the figures of an SCTP association, or the options of an endpoint, to its line.
  mutating func append(_ info: SCTPInfo) {
    count("tag", info.tag)
    count("peer_tag", info.peerTag)
    count("instrms", info.incomingStreams)
    count("outstrms", info.outgoingStreams)
    if let capabilities = info.peerCapabilities {
      names(
        "peer_capable", SCTPInfo.PeerCapabilities.names.filter { capabilities.contains($0.capability) }.map(\.name))
    }
    count("overall_error", info.errors)
    appendWindow(info)
    appendTraffic(info)
    appendPrimaryPath(info)
    appendOptions(info)
  }

  private mutating func appendWindow(_ info: SCTPInfo) {
    line("window")
    count("rwnd", info.receiveWindow)
    count("peer_rwnd", info.peerReceiveWindow)
    count("maxseg", info.fragmentSize)
    count("max_burst", info.maximumBurst)
    count("unackdata", info.unacknowledgedChunks)
    count("penddata", info.pendingChunks)
    count("inqueue", info.queuedIncomingChunks)
    count("outqueue", info.queuedOutgoingChunks)
  }

  private mutating func appendTraffic(_ info: SCTPInfo) {
    line("traffic")
    count("opackets", info.packetsSent)
    count("ipackets", info.packetsReceived)
    count("oodchunks", info.orderedChunksSent)
    count("iodchunks", info.orderedChunksReceived)
    count("ouodchunks", info.unorderedChunksSent)
    count("iuodchunks", info.unorderedChunksReceived)
    count("octrlchunks", info.controlChunksSent)
    count("ictrlchunks", info.controlChunksReceived)
    count("osacks", info.acknowledgementsSent)
    count("isacks", info.acknowledgementsReceived)
    count("rtxchunks", info.chunksRetransmitted)
    count("idupchunks", info.duplicateChunks)
    count("outofseqtsns", info.outOfSequence)
    count("gapcnt", info.gaps)
  }

  private static let pathStates: [Int32: String] = [
    0: "inactive", 1: "potentially-failed", 2: "active", 3: "unconfirmed",
  ]

  private mutating func appendPrimaryPath(_ info: SCTPInfo) {
    line("path")
    name("address", info.primaryAddress?.description)
    name("state", info.primaryState.map { Self.pathStates[$0] ?? String($0) })
    time("rto", info.retransmitTimeout)
    time("sackdelay", info.acknowledgementDelay)
    count("cwnd", info.congestionWindow)
    count("ssthresh", info.slowStartThreshold)
    count("flight_size", info.bytesInFlight)
    count("partial_bytes_acked", info.partialBytesAcknowledged)
    count("error", info.pathErrors)
    count("pathmaxrxt", info.maximumPathErrors)
  }

  private static let endpointTypes: [UInt32: String] = [0: "one-to-many", 1: "peeled-off", 2: "one-to-one"]

  private mutating func appendOptions(_ info: SCTPInfo) {
    line("endpoint")
    name("type", info.endpointType.map { Self.endpointTypes[$0] ?? String($0) })
    time("autoclose", info.autoclose)
    count("adaptation_ind", info.adaptationIndication)
    count("pd_point", info.partialDeliveryPoint)
    flag("nodelay", info.isWithoutDelay)
    flag("disable_fragments", info.isWithoutFragments)
    flag("v4mapped", info.mapsIPv4)
    count("frag_interleave", info.fragmentInterleaving)
  }

  /// Appends the addresses of both sides of an SCTP association or endpoint.
  mutating func appendAddresses(local: [SocketAddress]?, peers: [SocketAddress]?) {
    line("addresses")
    names("local", (local ?? []).map { $0.address.description })
    names("peer", (peers ?? []).map { $0.address.description })
  }

  /// Appends the values that BPF programs stored with the socket, in hexadecimal digits.
  mutating func append(_ storages: [SocketStorage]) {
    for storage in storages {
      line("bpf")
      number("map_id", storage.mapID)
      name("value", storage.value.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
  }
}

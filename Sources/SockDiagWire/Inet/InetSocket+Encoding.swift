extension InetSocket {
  /// Writes the fields with the keys of the command's JSON output.
  ///
  /// It is specialized for JSON text: lists have many sockets, and generic code in another module is ten times slower.
  @specialized(where Writer == JSONTextWriter)
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("protocol", `protocol`.description)
    writer.text("family", family.description)
    writer.text("state", state.description)
    if self.protocol == .raw { writer.number("ip_protocol", localPort) }
    writer.object("local", local)
    writer.object("remote", remote)
    if interfaceIndex != 0 { writer.number("interface", interfaceIndex) }
    writer.boolean("v6only", isV6Only)
    writer.longNumber("cookie", cookie?.rawValue)
    writer.number("uid", uid)
    writer.number("inode", inode)
    writer.number("receive_queue", receiveQueue)
    writer.number("send_queue", sendQueue)
    writer.object("timer", timer)
    writer.number("mark", mark)
    writer.number("cgroup_id", cgroupID)
    writer.number("shutdown", shutdown?.rawValue)
    writer.texts("options", of: options.map { UInt64($0.rawValue) }, in: InetSocketOptions.fieldBits)
    if present.contains(.drops) { writer.number("drops", rawDrops) }
    if source == .procNet { writer.text("source", source.rawValue) }
    attributes?.writeFields(to: &writer)
  }

}

extension InetAttributes: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    let other = other ?? InetOtherAttributes()
    writer.number("tos", other.typeOfService)
    writer.number("tclass", other.trafficClass)
    writer.number("class_id", other.classID)
    writer.text("congestion", other.congestion)
    if tcpInfo.byteCount > 0 { writer.object("tcp_info", tcpInfo) }
    if let part = other.protocolPart.first {
      writer.object("mptcp_info", part.mptcpInfo)
      writer.object("sctp_info", part.sctpInfo)
      writer.objects("local_addresses", part.localAddresses)
      writer.objects("peer_addresses", part.peerAddresses)
      if !part.storages.isEmpty { writer.objects("bpf_storages", part.storages) }
    }
    writer.object("congestion_info", other.congestionInfo)
    writer.object("memory", other.socketMemory)
    writer.object("meminfo", other.memory)
    writer.object("ulp", other.upperLayerProtocol)
    if !other.md5Keys.isEmpty { writer.objects("md5_keys", other.md5Keys) }
    writer.attributes("unknown_attributes", other.unknown)
  }
}

extension TCPMD5Key: FieldWritable {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.address("address", address)
    writer.number("prefix_length", prefixLength)
    if !key.isEmpty { writer.number("key_bytes", key.count) }
  }
}

extension TCPInfo: RecordPart {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    for field in Self.fields {
      guard let value = value(at: field.offset, field.width) else { continue }
      if field.width == .lowBit {
        writer.boolean(field.key, value != 0)
      } else {
        writer.number(field.key, value)
      }
    }
    if let ecn = accurateECN {
      writer.number("ecn_mode", ecn.mode?.rawValue)
      writer.number("accecn_opt_seen", ecn.optionSeen.rawValue)
      writer.number("accecn_fail_mode", ecn.failures.rawValue)
      writer.number("options2", ecn.furtherOptions)
    }
    // The members alone do not show the length: the structure may end inside a member.
    writer.number("byte_count", byteCount)
    if !tail.isEmpty { writer.text("tail", tail.hexadecimal) }
  }
}

extension CongestionInfo: RecordPart {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    switch self {
    case .vegas(let info):
      writer.text("kind", "vegas")
      writer.boolean("enabled", info.isEnabled)
      writer.number("rttcnt", info.roundTripCount)
      writer.number("rtt_us", info.rttMicroseconds)
      writer.number("minrtt_us", info.minimumRTTMicroseconds)
    case .dctcp(let info):
      writer.text("kind", "dctcp")
      writer.boolean("enabled", info.isEnabled)
      writer.number("ce_state", info.congestionExperiencedState)
      writer.number("alpha", info.alpha)
      writer.number("ab_ecn", info.acknowledgedBytesMarked)
      writer.number("ab_tot", info.acknowledgedBytesTotal)
    case .bbr(let info):
      writer.text("kind", "bbr")
      writer.number("bw_bytes_per_second", info.bandwidthBytesPerSecond)
      writer.number("min_rtt_us", info.minimumRTTMicroseconds)
      writer.number("pacing_gain", info.pacingGain)
      writer.number("cwnd_gain", info.congestionWindowGain)
    }
  }
}

extension InetMemory: RecordPart {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("rmem", receiveAllocated)
    writer.number("wmem", sendQueued)
    writer.number("fmem", forwardAllocated)
    writer.number("tmem", sendAllocated)
  }
}

extension UpperLayerProtocol: RecordPart {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("name", name)
    writer.object("tls", tls)
    writer.object("mptcp", mptcp)
    writer.attributes("unknown_attributes", unknown)
  }
}

extension TLSInfo: RecordPart {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("version", version)
    writer.number("cipher", cipher)
    writer.number("txconf", sendConfiguration)
    writer.number("rxconf", receiveConfiguration)
    if isZeroCopySend { writer.boolean("zc_ro_tx", true) }
    if isReceiveUnpadded { writer.boolean("rx_no_pad", true) }
    writer.number("tx_max_payload_bytes", maximumSendPayloadBytes)
    writer.attributes("unknown_attributes", unknown)
  }
}

extension MPTCPSubflow: RecordPart {
  /// Writes the fields with the keys of the JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("token_rem", remoteToken)
    writer.number("token_loc", localToken)
    writer.number("relwrite_seq", relativeWriteSequence)
    writer.longNumber("map_seq", mapSequence)
    writer.number("map_sfseq", mapSubflowSequence)
    writer.number("ssn_offset", subflowSequenceOffset)
    writer.number("map_datalen", mapByteCount)
    writer.number("flags", flags)
    writer.number("id_rem", remoteAddressID)
    writer.number("id_loc", localAddressID)
    writer.attributes("unknown_attributes", unknown)
  }
}

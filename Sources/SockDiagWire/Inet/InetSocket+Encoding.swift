extension InetSocket: FieldWritable {
  /// Appends the socket as a JSON object in UTF-8. The result equals that of a `JSONEncoder`, but it is fast and
  /// allocates only if the array has no room.
  public func appendJSON(to text: inout [UInt8]) { appendObject(to: &text) }

  /// Writes the fields with the keys of the command's JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("protocol", `protocol`.description)
    writer.text("family", family.description)
    writer.text("state", state.description)
    write(local, as: "local", to: &writer)
    write(remote, as: "remote", to: &writer)
    if interfaceIndex != 0 { writer.number("interface", interfaceIndex) }
    if let isV6Only { writer.boolean("v6only", isV6Only) }
    if let cookie { writer.longNumber("cookie", cookie.rawValue) }
    writer.number("uid", uid)
    writer.number("inode", inode)
    writer.number("receive_queue", receiveQueue)
    writer.number("send_queue", sendQueue)
    if let timer {
      writer.object("timer") { writer in
        writer.text("kind", timer.kind.description)
        writer.number("expires_ms", timer.expiresMilliseconds)
        writer.number("retransmits", timer.retransmits)
      }
    }
    writer.number("mark", mark)
    writer.number("cgroup_id", cgroupID)
    if let shutdown { writer.number("shutdown", shutdown.rawValue) }
    if let options {
      writer.texts("options", InetSocketOptions.names.filter { options.contains($0.option) }.map(\.name))
    }
    if present.contains(.drops) { writer.number("drops", rawDrops) }
    if source == .procNet { writer.text("source", source.rawValue) }
    if let attributes { attributes.write(to: &writer) }
  }

  private func write<Writer: FieldWriter>(
    _ address: SocketAddress, as key: String, to writer: inout Writer
  ) {
    writer.object(key) { writer in
      writer.address("address", address.address)
      writer.number("port", address.port)
    }
  }
}

extension InetAttributes {
  func write<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("tos", typeOfService)
    writer.number("tclass", trafficClass)
    writer.number("class_id", classID)
    writer.text("congestion", congestion)
    if tcpInfo.byteCount > 0 {
      writer.object("tcp_info") { writer in tcpInfo.write(to: &writer) }
    }
    if let congestionInfo {
      writer.object("congestion_info") { writer in congestionInfo.write(to: &writer) }
    }
    if let socketMemory {
      writer.object("memory") { writer in socketMemory.write(to: &writer) }
    }
    if let memory {
      writer.object("meminfo") { writer in memory.write(to: &writer) }
    }
    if let upperLayerProtocol {
      writer.object("ulp") { writer in upperLayerProtocol.write(to: &writer) }
    }
    if !md5Keys.isEmpty {
      writer.objects("md5_keys", md5Keys) { key, writer in
        writer.address("address", key.address)
        writer.number("prefix_length", key.prefixLength)
        if !key.key.isEmpty { writer.number("key_bytes", UInt64(key.key.count)) }
      }
    }
    writer.attributes("unknown_attributes", unknown)
  }
}

extension FieldWriter {
  mutating func attributes(_ key: String, _ attributes: [UnknownAttribute]) {
    if attributes.isEmpty { return }
    objects(key, attributes) { attribute, writer in
      writer.number("type", attribute.type)
      writer.text("payload", attribute.payload.hexadecimal)
    }
  }
}

extension TCPInfo {
  fileprivate func write<Writer: FieldWriter>(to writer: inout Writer) {
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
    writer.number("byte_count", UInt64(byteCount))
    if !tail.isEmpty { writer.text("tail", tail.hexadecimal) }
  }
}

extension CongestionInfo {
  fileprivate func write<Writer: FieldWriter>(to writer: inout Writer) {
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

extension SocketMemory {
  fileprivate func write<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("rmem_alloc", receiveAllocated)
    writer.number("rcvbuf", receiveBuffer)
    writer.number("wmem_alloc", sendAllocated)
    writer.number("sndbuf", sendBuffer)
    writer.number("fwd_alloc", forwardAllocated)
    writer.number("wmem_queued", sendQueued)
    writer.number("optmem", optionMemory)
    writer.number("backlog", backlog)
    writer.number("drops", drops)
  }
}

extension InetMemory {
  fileprivate func write<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("rmem", receiveAllocated)
    writer.number("wmem", sendQueued)
    writer.number("fmem", forwardAllocated)
    writer.number("tmem", sendAllocated)
  }
}

extension UpperLayerProtocol {
  fileprivate func write<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("name", name)
    if let tls { writer.object("tls") { writer in tls.write(to: &writer) } }
    if let mptcp { writer.object("mptcp") { writer in mptcp.write(to: &writer) } }
    writer.attributes("unknown_attributes", unknown)
  }
}

extension TLSInfo {
  fileprivate func write<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("version", version)
    writer.number("cipher", cipher)
    writer.number("txconf", sendConfiguration)
    writer.number("rxconf", receiveConfiguration)
    if isZeroCopySend { writer.boolean("zc_ro_tx", true) }
    if isReceiveUnpadded { writer.boolean("rx_no_pad", true) }
    writer.attributes("unknown_attributes", unknown)
  }
}

extension MPTCPSubflow {
  fileprivate func write<Writer: FieldWriter>(to writer: inout Writer) {
    writer.number("token_rem", remoteToken)
    writer.number("token_loc", localToken)
    writer.number("relwrite_seq", relativeWriteSequence)
    if let mapSequence { writer.longNumber("map_seq", mapSequence) }
    writer.number("map_sfseq", mapSubflowSequence)
    writer.number("ssn_offset", subflowSequenceOffset)
    writer.number("map_datalen", mapByteCount)
    writer.number("flags", flags)
    writer.number("id_rem", remoteAddressID)
    writer.number("id_loc", localAddressID)
    writer.attributes("unknown_attributes", unknown)
  }
}

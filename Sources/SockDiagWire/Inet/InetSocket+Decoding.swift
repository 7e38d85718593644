/// Decoding a socket from the keys under which it was encoded.
extension InetSocket {
  /// Decodes a socket from the command's JSON or any other format that `encode(to:)` produced. TCP-MD5 keys are
  /// secret, so they are not encoded and come back empty.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try FieldReader(decoder.container(keyedBy: FieldKey.self))
    `protocol` = try fields.named("protocol", TransportProtocol.init(name:))
    family = try fields.named("family", AddressFamily.init(name:))
    state = try fields.named("state", SocketState.init(name:))
    local = try fields.required("local")
    remote = try fields.required("remote")
    interfaceIndex = try fields.optional("interface") ?? 0
    isV6Only = try fields.optional("v6only")
    cookie = try fields.optional("cookie")
    let uid: UInt32? = try fields.optional("uid")
    rawUID = uid ?? 0
    inode = try fields.required("inode")
    receiveQueue = try fields.required("receive_queue")
    sendQueue = try fields.required("send_queue")
    timer = try fields.object("timer", SocketTimer.init)
    present.set(.isFinal, uid == nil && inode == 0 && !isMinisocket)
    mark = try fields.optional("mark")
    cgroupID = try fields.optional("cgroup_id")
    shutdown = try fields.optional("shutdown").map(ShutdownSides.init(rawValue:))
    options = try (fields.optional("options") as [String]?).map { names in
      InetSocketOptions(InetSocketOptions.names.filter { names.contains($0.name) }.map(\.option))
    }
    drops = try fields.optional("drops")
    source = try fields.optional("source") ?? .sockDiag
    let details = try InetAttributes(fields)
    if details != InetAttributes() { updateAttributes { $0 = details } }
  }
}

extension InetAttributes {
  fileprivate init(_ fields: FieldReader) throws {
    var other = InetOtherAttributes()
    other.typeOfService = try fields.optional("tos")
    other.trafficClass = try fields.optional("tclass")
    other.classID = try fields.optional("class_id")
    other.congestion = try fields.optional("congestion")
    tcpInfo = try fields.object("tcp_info", TCPInfo.init) ?? TCPInfo()
    var part = InetProtocolAttributes()
    part.mptcpInfo = try fields.object("mptcp_info", MPTCPInfo.init)
    part.sctpInfo = try fields.object("sctp_info", SCTPInfo.init)
    part.localAddresses = try fields.optionalObjects("local_addresses", SocketAddress.init(fields:))
    part.peerAddresses = try fields.optionalObjects("peer_addresses", SocketAddress.init(fields:))
    part.storages = try fields.objects("bpf_storages", SocketStorage.init)
    if part != InetProtocolAttributes() { other.protocolPart = [part] }
    other.congestionInfo = try fields.object("congestion_info", CongestionInfo.init)
    other.socketMemory = try fields.object("memory", SocketMemory.init)
    other.memory = try fields.object("meminfo", InetMemory.init)
    other.upperLayerProtocol = try fields.object("ulp", UpperLayerProtocol.init)
    other.md5Keys = try fields.objects("md5_keys") {
      TCPMD5Key(address: try $0.required("address"), prefixLength: try $0.required("prefix_length"), key: [])
    }
    other.unknown = try fields.attributes("unknown_attributes")
    if other != InetOtherAttributes() { updateOther { $0 = other } }
  }
}

extension TCPInfo {
  init(_ fields: FieldReader) throws {
    try self.init(
      values: { field in
        if field.width == .lowBit { return try (fields.optional(field.key) as Bool?).map { $0 ? 1 : 0 } }
        return try fields.optional(field.key)
      }, accurateECN: AccurateECN(fields), byteCount: fields.required("byte_count"),
      tail: fields.hexadecimal("tail"))
  }
}

extension AccurateECN {
  fileprivate init?(_ fields: FieldReader) throws {
    guard let seen: UInt8 = try fields.optional("accecn_opt_seen") else { return nil }
    mode = try fields.optional("ecn_mode").map(Mode.init(rawValue:))
    optionSeen = OptionSeen(rawValue: seen)
    failures = Failures(rawValue: try fields.required("accecn_fail_mode"))
    furtherOptions = try fields.optional("options2")
  }
}

extension CongestionInfo {
  private enum Kind: String { case vegas, dctcp, bbr }

  init(_ fields: FieldReader) throws {
    switch try fields.named("kind", Kind.init(rawValue:)) {
    case .vegas:
      self = .vegas(
        VegasInfo(
          isEnabled: try fields.required("enabled"), roundTripCount: try fields.required("rttcnt"),
          rttMicroseconds: try fields.required("rtt_us"), minimumRTTMicroseconds: try fields.required("minrtt_us")))
    case .dctcp:
      self = .dctcp(
        DCTCPInfo(
          isEnabled: try fields.required("enabled"), congestionExperiencedState: try fields.required("ce_state"),
          alpha: try fields.required("alpha"), acknowledgedBytesMarked: try fields.required("ab_ecn"),
          acknowledgedBytesTotal: try fields.required("ab_tot")))
    case .bbr:
      self = .bbr(
        BBRInfo(
          bandwidthBytesPerSecond: try fields.required("bw_bytes_per_second"),
          minimumRTTMicroseconds: try fields.required("min_rtt_us"), pacingGain: try fields.required("pacing_gain"),
          congestionWindowGain: try fields.required("cwnd_gain")))
    }
  }
}

extension InetMemory {
  init(_ fields: FieldReader) throws {
    receiveAllocated = try fields.required("rmem")
    sendQueued = try fields.required("wmem")
    forwardAllocated = try fields.required("fmem")
    sendAllocated = try fields.required("tmem")
  }
}

extension UpperLayerProtocol {
  init(_ fields: FieldReader) throws {
    name = try fields.optional("name")
    tls = try fields.object("tls", TLSInfo.init)
    mptcp = try fields.object("mptcp", MPTCPSubflow.init)
    unknown = try fields.attributes("unknown_attributes")
  }
}

extension TLSInfo {
  init(_ fields: FieldReader) throws {
    version = try fields.optional("version")
    cipher = try fields.optional("cipher")
    sendConfiguration = try fields.optional("txconf")
    receiveConfiguration = try fields.optional("rxconf")
    isZeroCopySend = try fields.optional("zc_ro_tx") ?? false
    isReceiveUnpadded = try fields.optional("rx_no_pad") ?? false
    maximumSendPayloadBytes = try fields.optional("tx_max_payload_bytes")
    unknown = try fields.attributes("unknown_attributes")
  }
}

extension MPTCPSubflow {
  init(_ fields: FieldReader) throws {
    remoteToken = try fields.optional("token_rem")
    localToken = try fields.optional("token_loc")
    relativeWriteSequence = try fields.optional("relwrite_seq")
    mapSequence = try (fields.optional("map_seq") as SocketCookie?)?.rawValue
    mapSubflowSequence = try fields.optional("map_sfseq")
    subflowSequenceOffset = try fields.optional("ssn_offset")
    mapByteCount = try fields.optional("map_datalen")
    flags = try fields.optional("flags")
    remoteAddressID = try fields.optional("id_rem")
    localAddressID = try fields.optional("id_loc")
    unknown = try fields.attributes("unknown_attributes")
  }
}

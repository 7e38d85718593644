internal import SockDiag

extension DetailText {
  /// Appends the figures of the congestion control.
  mutating func append(_ info: CongestionInfo) {
    switch info {
    case .vegas(let info):
      number("vegas_enabled", info.isEnabled ? 1 as UInt8 : 0)
      number("vegas_rttcnt", info.roundTripCount)
      time("vegas_rtt", .microseconds(Int64(info.rttMicroseconds)))
      time("vegas_minrtt", .microseconds(Int64(info.minimumRTTMicroseconds)))
    case .dctcp(let info):
      number("dctcp_enabled", info.isEnabled ? 1 as UInt8 : 0)
      number("dctcp_ce_state", info.congestionExperiencedState)
      number("dctcp_alpha", info.alpha)
      number("dctcp_ab_ecn", info.acknowledgedBytesMarked)
      number("dctcp_ab_tot", info.acknowledgedBytesTotal)
    case .bbr(let info):
      rate("bbr_bw", info.bandwidthBytesPerSecond)
      time("bbr_min_rtt", .microseconds(Int64(info.minimumRTTMicroseconds)))
      // Fixed point, with eight bits behind it.
      fraction("bbr_pacing_gain", info.pacingGain, of: 256)
      fraction("bbr_cwnd_gain", info.congestionWindowGain, of: 256)
    }
  }

  /// Appends the protocol on top of the connection, such as TLS.
  mutating func append(_ upper: UpperLayerProtocol) {
    name("ulp", upper.name)
    if let tls = upper.tls {
      name("tls_version", tls.version.map { Self.name($0, [0x0303: "1.2", 0x0304: "1.3"]) })
      name("tls_cipher", tls.cipher.map { Self.name($0, Self.ciphers) })
      name("tls_txconf", tls.sendConfiguration.map { Self.name($0, Self.encryptors) })
      name("tls_rxconf", tls.receiveConfiguration.map { Self.name($0, Self.encryptors) })
      flag("tls_zc_ro_tx", tls.isZeroCopySend)
      flag("tls_rx_no_pad", tls.isReceiveUnpadded)
      number("tls_tx_max_payload_bytes", tls.maximumSendPayloadBytes)
    }
    if let mptcp = upper.mptcp {
      number("mptcp_token_rem", mptcp.remoteToken)
      number("mptcp_token_loc", mptcp.localToken)
      number("mptcp_relwrite_seq", mptcp.relativeWriteSequence)
      number("mptcp_map_seq", mptcp.mapSequence)
      number("mptcp_map_sfseq", mptcp.mapSubflowSequence)
      number("mptcp_ssn_offset", mptcp.subflowSequenceOffset)
      number("mptcp_map_datalen", mptcp.mapByteCount)
      number("mptcp_flags", mptcp.flags)
      number("mptcp_id_rem", mptcp.remoteAddressID)
      number("mptcp_id_loc", mptcp.localAddressID)
    }
  }

  private static func name(_ number: UInt16, _ names: [UInt16: String]) -> String { names[number] ?? String(number) }

  /// Kernel: `TLS_CIPHER_*`, linux/tls.h.
  private static let ciphers: [UInt16: String] = [
    51: "aes-gcm-128", 52: "aes-gcm-256", 53: "aes-ccm-128", 54: "chacha20-poly1305", 55: "sm4-gcm", 56: "sm4-ccm",
    57: "aria-gcm-128", 58: "aria-gcm-256",
  ]
  /// Kernel: `TLS_CONF_*`, linux/tls.h.
  private static let encryptors: [UInt16: String] = [1: "none", 2: "sw", 3: "hw", 4: "hw-record"]
}

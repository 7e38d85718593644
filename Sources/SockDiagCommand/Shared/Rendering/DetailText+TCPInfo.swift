internal import SockDiag

extension DetailText {
  /// Appends the options that the two sides agreed on, and the state of the connection.
  mutating func appendNegotiated(_ info: TCPInfo) {
    if let options = info.options {
      names("options", Self.optionNames.filter { options.contains($0.option) }.map(\.name))
      if options.contains(.windowScaling) { counts("wscale", info.sendWindowScale, info.receiveWindowScale) }
    }
    count("fastopen_client_fail", info.fastOpenClientFailure)
    // 0 is the ordinary state.
    if let state = info.congestionState, state != 0 {
      name("ca_state", Int(state) < Self.recoveryNames.count ? Self.recoveryNames[Int(state)] : String(state))
    }
    count("retransmits", info.unansweredRetransmits)
    count("probes", info.unansweredProbes)
    count("backoff", info.backoff)
    count("snd_mss", info.sendSegmentSize)
    count("rcv_mss", info.receiveSegmentSize)
    count("advmss", info.advertisedSegmentSize)
    count("pmtu", info.pathMTU)
  }

  /// Appends the figures of a connection, those that are zero left out.
  mutating func appendFigures(_ info: TCPInfo, isListener: Bool) {
    line("times")
    appendTimes(info)
    line("window")
    appendWindow(info, isListener: isListener)
    line("traffic")
    appendTraffic(info)
    appendMarks(info)
  }

  private static let optionNames: [(option: TCPInfo.Options, name: String)] = [
    (.timestamps, "ts"), (.selectiveAcknowledgements, "sack"), (.ecn, "ecn"), (.ecnSeen, "ecnseen"),
    (.synData, "fastopen"), (.microsecondTimestamps, "usec_ts"), (.fastOpenChild, "tfo_child"),
  ]
  private static let recoveryNames = ["open", "disorder", "cwr", "recovery", "loss"]

  private mutating func appendTimes(_ info: TCPInfo) {
    time("rto", info.retransmitTimeout)
    times("rtt", info.smoothedRTT, info.rttVariation)
    if info.minimumRTT != .microseconds(Int64(UInt32.max)) { time("min_rtt", info.minimumRTT) }
    time("rcv_rtt", info.receiverRTT)
    time("ato", info.delayedAcknowledgementTimeout)
    time("last_data_sent", info.sinceLastDataSent)
    time("last_data_recv", info.sinceLastDataReceived)
    time("last_ack_recv", info.sinceLastAcknowledgementReceived)
    time("busy", info.busyTime)
    time("rwnd_limited", info.receiveWindowLimitedTime)
    time("sndbuf_limited", info.sendBufferLimitedTime)
    count("total_rto", info.totalTimeouts)
    count("total_rto_recoveries", info.totalTimeoutRecoveries)
    time("total_rto_time", info.totalTimeoutTime)
    count("rehash", info.rehashes)
  }

  private mutating func appendWindow(_ info: TCPInfo, isListener: Bool) {
    count("cwnd", info.congestionWindow)
    if info.sendSlowStartThreshold != 0x7fff_ffff { count("ssthresh", info.sendSlowStartThreshold) }
    count("rcv_ssthresh", info.receiveSlowStartThreshold)
    count("rcv_space", info.receiveSpace)
    count("snd_wnd", info.sendWindow)
    count("rcv_wnd", info.receiveWindow)
    // On a listener these two are its accept queue, which the table shows.
    if !isListener {
      count("unacked", info.unacknowledgedSegments)
      count("sacked", info.selectivelyAcknowledgedSegments)
    }
    count("lost", info.lostSegments)
    counts("retrans", info.retransmittedSegments, info.totalRetransmits)
    count("fackets", info.forwardAcknowledgements)
    // 3 is where every connection begins.
    if info.reordering != 3 { count("reordering", info.reordering) }
    count("reord_seen", info.reorderingSeen)
    count("rcv_ooopack", info.receivedOutOfOrder)
    count("dsack_dups", info.duplicateSelectiveAcknowledgements)
  }

  private mutating func appendTraffic(_ info: TCPInfo) {
    count("bytes_sent", info.bytesSent)
    count("bytes_retrans", info.bytesRetransmitted)
    count("bytes_acked", info.bytesAcknowledged)
    count("bytes_received", info.bytesReceived)
    count("notsent", info.unsentBytes)
    count("segs_out", info.segmentsOut)
    count("segs_in", info.segmentsIn)
    count("data_segs_out", info.dataSegmentsOut)
    count("data_segs_in", info.dataSegmentsIn)
    count("delivered", info.deliveredSegments)
    rate("pacing_rate", info.pacingRateBytesPerSecond)
    rate("max_pacing_rate", info.maximumPacingRateBytesPerSecond)
    rate("delivery_rate", info.deliveryRateBytesPerSecond)
    flag("app_limited", info.isDeliveryRateAppLimited)
  }

  private mutating func appendMarks(_ info: TCPInfo) {
    count("delivered_ce", info.deliveredMarkedSegments)
    count("received_ce", info.receivedMarkedSegments)
    count("delivered_e1_bytes", info.deliveredE1Bytes)
    count("delivered_e0_bytes", info.deliveredE0Bytes)
    count("delivered_ce_bytes", info.deliveredMarkedBytes)
    count("received_e1_bytes", info.receivedE1Bytes)
    count("received_e0_bytes", info.receivedE0Bytes)
    count("received_ce_bytes", info.receivedMarkedBytes)
    appendAccurateECN(info)
  }

  private static let modeNames = ["disabled", "rfc3168", "accecn", "pending"]
  private static let seenNames = ["not-seen", "empty", "counters", "invalid"]
  private static let failureNames: [(failure: AccurateECN.Failures, name: String)] = [
    (.sentFlags, "ace-sent"), (.receivedFlags, "ace-received"), (.sentOption, "option-sent"),
    (.receivedOption, "option-received"),
  ]

  /// Appends the mode if the letters of the option do not show it, and anything unusual.
  private mutating func appendAccurateECN(_ info: TCPInfo) {
    guard let ecn = info.accurateECN else { return }
    if let mode = ecn.mode, mode != .disabled { name("ecn_mode", Self.modeNames[Int(mode.rawValue & 3)]) }
    if ecn.optionSeen != .notSeen { name("accecn_opt_seen", Self.seenNames[Int(ecn.optionSeen.rawValue & 3)]) }
    names("accecn_fail_mode", Self.failureNames.filter { ecn.failures.contains($0.failure) }.map(\.name))
    count("options2", ecn.furtherOptions)
  }

  private mutating func counts(_ key: String, _ first: UInt8?, _ second: UInt8?) {
    counts(key, first.map(UInt32.init), second.map(UInt32.init))
  }
}

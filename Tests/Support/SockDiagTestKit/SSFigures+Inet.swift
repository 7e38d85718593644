package import SockDiag

extension SSFigures {
  /// The figures of a socket, by the names that `ss` gives them.
  ///
  /// - Parameter cgroups: The paths of cgroups by their ids, as far as they are known.
  package static func figures(of socket: InetSocket, cgroups: [UInt64: String] = [:]) -> [String: String] {
    var figures: [String: String] = [:]
    func set(_ name: String, _ value: (some BinaryInteger)?) { if let value { figures[name] = String(value) } }
    set("uid", socket.uid)
    set("ino", socket.inode)
    set("fwmark", socket.mark)
    set("tos", socket.typeOfService)
    set("tclass", socket.trafficClass)
    set("class_id", socket.classID)
    figures["sk"] = socket.cookie.map { String($0.rawValue, radix: 16) }
    figures["cgroup"] = socket.cgroupID.flatMap { cgroups[$0] }
    figures["shutdown"] = socket.shutdown.map {
      ($0.contains(.receive) ? "-" : "<") + "-" + ($0.contains(.send) ? "-" : ">")
    }
    figures["v6only"] = socket.isV6Only.map { $0 ? "1" : "0" }
    if let timer = socket.timer {
      figures["timer.kind"] = ["off", "on", "keepalive", "timewait", "persist", "unknown"][Int(timer.kind.rawValue)]
      set("timer.retransmits", timer.retransmits)
      figures["timer.time"] = time(timer.expiresMilliseconds)
    }
    if let congestion = socket.congestion { figures[congestion] = "yes" }
    if let memory = socket.socketMemory {
      set("skmem.r", memory.receiveAllocated)
      set("skmem.rb", memory.receiveBuffer)
      set("skmem.t", memory.sendAllocated)
      set("skmem.tb", memory.sendBuffer)
      set("skmem.f", memory.forwardAllocated)
      set("skmem.w", memory.sendQueued)
      set("skmem.o", memory.optionMemory)
      set("skmem.bl", memory.backlog)
      set("skmem.d", memory.drops)
    }
    if let info = socket.congestionInfo { figures.merge(Self.figures(of: info)) { $1 } }
    if let upper = socket.upperLayerProtocol { figures.merge(Self.figures(of: upper)) { $1 } }
    if !socket.md5Keys.isEmpty {
      figures["md5keys"] = socket.md5Keys.map { "\($0)=\(String(decoding: $0.key, as: UTF8.self))" }.joined(
        separator: ",")
    }
    if let info = socket.tcpInfo { figures.merge(Self.figures(of: info)) { $1 } }
    figures.merge(protocolFigures(of: socket)) { $1 }
    return figures
  }
}

extension SSFigures {
  private static func figures(of info: TCPInfo) -> [String: String] {
    var figures: [String: String] = [:]
    func set(_ name: String, _ value: (some BinaryInteger)?) { if let value { figures[name] = String(value) } }
    func milliseconds(_ name: String, _ value: Duration?) {
      if let value { figures[name] = String(Double(value / .microseconds(1)) / 1000) }
    }
    for (option, name) in [
      (TCPInfo.Options.timestamps, "ts"), (.selectiveAcknowledgements, "sack"), (.ecn, "ecn"), (.ecnSeen, "ecnseen"),
      (.synData, "fastopen"),
    ] where info.options?.contains(option) == true {
      figures[name] = "yes"
    }
    if info.isDeliveryRateAppLimited == true { figures["app_limited"] = "yes" }
    milliseconds("rto", info.retransmitTimeout)
    milliseconds("ato", info.delayedAcknowledgementTimeout)
    milliseconds("rtt", info.smoothedRTT)
    milliseconds("rttvar", info.rttVariation)
    milliseconds("minrtt", info.minimumRTT)
    milliseconds("rcv_rtt", info.receiverRTT)
    milliseconds("lastsnd", info.sinceLastDataSent)
    milliseconds("lastrcv", info.sinceLastDataReceived)
    milliseconds("lastack", info.sinceLastAcknowledgementReceived)
    milliseconds("busy", info.busyTime)
    milliseconds("rwnd_limited", info.receiveWindowLimitedTime)
    milliseconds("sndbuf_limited", info.sendBufferLimitedTime)
    set("snd_wscale", info.sendWindowScale)
    set("rcv_wscale", info.receiveWindowScale)
    set("backoff", info.backoff)
    set("mss", info.sendSegmentSize)
    set("pmtu", info.pathMTU)
    set("rcvmss", info.receiveSegmentSize)
    set("advmss", info.advertisedSegmentSize)
    set("cwnd", info.congestionWindow)
    set("ssthresh", info.sendSlowStartThreshold)
    set("bytes_sent", info.bytesSent)
    set("bytes_retrans", info.bytesRetransmitted)
    set("bytes_acked", info.bytesAcknowledged)
    set("bytes_received", info.bytesReceived)
    set("segs_out", info.segmentsOut)
    set("segs_in", info.segmentsIn)
    set("data_segs_out", info.dataSegmentsOut)
    set("data_segs_in", info.dataSegmentsIn)
    set("delivered", info.deliveredSegments)
    set("delivered_ce", info.deliveredMarkedSegments)
    set("unacked", info.unacknowledgedSegments)
    set("retrans", info.retransmittedSegments)
    set("total_retrans", info.totalRetransmits)
    set("lost", info.lostSegments)
    set("sacked", info.selectivelyAcknowledgedSegments)
    set("dsack_dups", info.duplicateSelectiveAcknowledgements)
    set("reordering", info.reordering)
    set("reord_seen", info.reorderingSeen)
    set("rcv_space", info.receiveSpace)
    set("rcv_ssthresh", info.receiveSlowStartThreshold)
    set("notsent", info.unsentBytes)
    set("rcv_ooopack", info.receivedOutOfOrder)
    set("snd_wnd", info.sendWindow)
    set("rcv_wnd", info.receiveWindow)
    set("rehash", info.rehashes)
    figures["pacing_rate"] = info.pacingRateBytesPerSecond.map(rate(bytesPerSecond:))
    figures["max_pacing_rate"] = info.maximumPacingRateBytesPerSecond.map(rate(bytesPerSecond:))
    figures["delivery_rate"] = info.deliveryRateBytesPerSecond.map(rate(bytesPerSecond:))
    return figures
  }

  private static func figures(of info: CongestionInfo) -> [String: String] {
    switch info {
    case .bbr(let bbr):
      [
        "bbr.bw": rate(bytesPerSecond: bbr.bandwidthBytesPerSecond),
        "bbr.mrtt": String(Double(bbr.minimumRTTMicroseconds) / 1000),
        "bbr.pacing_gain": String(Double(bbr.pacingGain) / 256),
        "bbr.cwnd_gain": String(Double(bbr.congestionWindowGain) / 256),
      ]
    case .dctcp(let dctcp):
      [
        "dctcp.ce_state": String(dctcp.congestionExperiencedState), "dctcp.alpha": String(dctcp.alpha),
        "dctcp.ab_ecn": String(dctcp.acknowledgedBytesMarked), "dctcp.ab_tot": String(dctcp.acknowledgedBytesTotal),
      ]
    // `ss` prints only its round-trip time, in place of the usual one.
    case .vegas: [:]
    }
  }

  private static func figures(of upper: UpperLayerProtocol) -> [String: String] {
    var figures: [String: String] = [:]
    if let name = upper.name { figures["tcp-ulp-\(name)"] = "yes" }
    if let tls = upper.tls {
      figures["version"] = tls.version.map { ["1.2", "1.3"][$0 == 0x303 ? 0 : 1] }
      figures["cipher"] = tls.cipher.map { $0 == 51 ? "aes-gcm-128" : "another" }
      let configurations = [1: "none", 2: "sw", 3: "hw"] as [UInt16: String]
      figures["rxconf"] = tls.receiveConfiguration.flatMap { configurations[$0] }
      figures["txconf"] = tls.sendConfiguration.flatMap { configurations[$0] }
    }
    guard let flow = upper.mptcp else { return figures }
    let hexadecimal = { (number: UInt32?, digits: Int) -> String in
      let text = String(number ?? 0, radix: 16)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    let flags = zip("MmJjBbecv", 0...).filter { (flow.flags ?? 0) >> UInt32($0.1) & 1 == 1 }.map(\.0)
    if !flags.isEmpty { figures["flags"] = String(flags) }
    figures["token"] =
      "\(hexadecimal(flow.remoteToken, 4))(id:\(flow.remoteAddressID ?? 0))/"
      + "\(hexadecimal(flow.localToken, 4))(id:\(flow.localAddressID ?? 0))"
    figures["seq"] = String(flow.mapSequence ?? 0)
    figures["sfseq"] = String(flow.mapSubflowSequence ?? 0)
    figures["ssnoff"] = String(flow.subflowSequenceOffset ?? 0)
    figures["maplen"] = String(flow.mapByteCount ?? 0)
    return figures
  }

  private static func rate(bytesPerSecond: UInt64) -> String { String(Double(bytesPerSecond) * 8) }

  /// The time that is left on a timer, as `ss` prints it: `036ms`, `1.940sec`, `58sec`, `1min58sec`, `119min`.
  private static func time(_ milliseconds: UInt32) -> String {
    let (minutes, seconds) = (milliseconds / 60_000, milliseconds / 1000 % 60)
    let rest = minutes > 0 || seconds > 9 ? 0 : milliseconds % 1000
    var text = minutes > 0 ? "\(minutes)min" : ""
    if seconds > 0, minutes <= 9 { text += "\(seconds)" + (rest > 0 ? "." : "sec") }
    if rest > 0 { text += String("00\(rest)".suffix(3)) + (seconds > 0 ? "sec" : "ms") }
    return text
  }
}

import SockDiag
import SocketLaboratory
import SocketLaboratoryKit

/// A table of figures: how `ss` prints each, and the library's value.
enum SSFigures {
  /// The figures of a row of `ss` that differ from the library's. Counts the figures that were compared.
  static func differences(
    _ socket: InetSocket, _ row: SSRow, within elapsed: Duration, _ compared: inout [String: Int]
  ) -> [String] {
    let ours = figures(socket)
    var found: [String] = []
    for (name, value) in figures(row) {
      guard let wanted = ours[name] else { continue }
      compared[name, default: 0] += 1
      // Clocks run between the two dumps.
      let slack = moving.contains(name) ? elapsed / .milliseconds(1) + 10 : 0
      if let number = Double(value), let wantedNumber = Double(wanted) {
        // `%g` prints six digits.
        if abs(number - wantedNumber) > max(slack, abs(number) * 1e-5) {
          found.append("\(name): \(wanted), ss says \(value)")
        }
      } else if value != wanted {
        found.append("\(name): \(wanted), ss says \(value)")
      }
    }
    return found
  }

  private static let moving: Set = [
    "lastsnd", "lastrcv", "lastack", "busy", "rwnd_limited", "sndbuf_limited", "timer.ms",
  ]

  // MARK: Theirs

  private static func figures(_ row: SSRow) -> [String: String] {
    var figures: [String: String] = [:]
    var words = row.details.split(separator: " ")[...]
    while let word = words.popFirst() {
      if word.hasPrefix("skmem:(") {
        for item in word.dropFirst(7).dropLast().split(separator: ",") {
          let letters = item.prefix { !$0.isNumber }
          figures["skmem.\(letters)"] = String(item.dropFirst(letters.count))
        }
      } else if word.hasPrefix("timer:(") {
        let parts = word.dropFirst(7).dropLast().split(separator: ",", omittingEmptySubsequences: false)
        if parts.count == 3 {
          (figures["timer.kind"], figures["timer.retransmits"]) = (String(parts[0]), String(parts[2]))
        }
      } else if word.hasPrefix("bbr:(") || word.hasPrefix("dctcp:(") {
        for item in word.dropFirst(word.hasPrefix("bbr") ? 5 : 7).dropLast().split(separator: ",") {
          let pair = item.split(separator: ":")
          if pair.count == 2 { figures["bbr.\(pair[0])"] = rate(pair[1]) }
        }
      } else if ["pacing_rate", "delivery_rate"].contains(word), let value = words.popFirst() {
        let parts = value.split(separator: "/")
        figures[String(word)] = rate(parts[0])
        if parts.count > 1 { figures["max_pacing_rate"] = rate(parts[1]) }
      } else if word == "send" {
        words = words.dropFirst()
      } else if let colon = word.firstIndex(of: ":") {
        let value = word[word.index(after: colon)...]
        let parts = value.split { $0 == "/" || $0 == "," }
        let name = String(word[..<colon])
        switch (name, parts.count) {
        case ("rtt", 2): (figures["rtt"], figures["rttvar"]) = (String(parts[0]), String(parts[1]))
        case ("wscale", 2): (figures["snd_wscale"], figures["rcv_wscale"]) = (String(parts[0]), String(parts[1]))
        case ("retrans", 2): (figures["retrans"], figures["total_retrans"]) = (String(parts[0]), String(parts[1]))
        case ("fwmark", _), ("tos", _), ("tclass", _):
          figures[name] = value.hasPrefix("0x") ? UInt64(value.dropFirst(2), radix: 16).map(String.init) : String(value)
        case ("busy", _): figures[name] = String(value.prefix { $0.isNumber })
        default: figures[name] = String(value)
        }
      } else {
        figures[String(word)] = "yes"
      }
    }
    return figures
  }

  /// `1500000bps`, in bits.
  private static func rate(_ text: some StringProtocol) -> String {
    text.hasSuffix("bps") ? String(text.dropLast(3)) : String(text)
  }

  private static func rate(bytesPerSecond: UInt64) -> String { String(Double(bytesPerSecond) * 8) }

  // MARK: Ours

  private static func figures(_ socket: InetSocket) -> [String: String] {
    var figures: [String: String] = [:]
    func set(_ name: String, _ value: (some BinaryInteger)?) { if let value { figures[name] = String(value) } }
    func milliseconds(_ name: String, _ value: Duration?) {
      if let value { figures[name] = String(Double(value / .microseconds(1)) / 1000) }
    }
    set("uid", socket.uid)
    set("ino", socket.inode)
    set("fwmark", socket.mark)
    set("tos", socket.typeOfService)
    set("tclass", socket.trafficClass)
    set("class_id", socket.classID)
    figures["v6only"] = socket.isV6Only.map { $0 ? "1" : "0" }
    if let timer = socket.timer {
      figures["timer.kind"] = ["off", "on", "keepalive", "timewait", "persist", "unknown"][Int(timer.kind.rawValue)]
      set("timer.retransmits", timer.retransmits)
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
    if case .bbr(let bbr) = socket.congestionInfo {
      figures["bbr.bw"] = rate(bytesPerSecond: bbr.bandwidthBytesPerSecond)
      figures["bbr.mrtt"] = String(Double(bbr.minimumRTTMicroseconds) / 1000)
      figures["bbr.pacing_gain"] = String(Double(bbr.pacingGain) / 256)
      figures["bbr.cwnd_gain"] = String(Double(bbr.congestionWindowGain) / 256)
    }
    guard let info = socket.tcpInfo else { return figures }
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
}

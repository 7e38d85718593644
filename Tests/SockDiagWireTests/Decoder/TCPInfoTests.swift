import Foundation
import SockDiagWire
import Testing

/// `struct tcp_info` in all lengths that kernels have sent, and in some that no kernel has sent.
@Suite struct TCPInfoTests {
  /// A member: its offset in the kernel's structure, and its value as a plain number.
  struct Member: Sendable {
    var name: String
    var range: Range<Int>
    var value: @Sendable (TCPInfo) -> UInt64?

    init(_ name: String, _ offset: Int, _ count: Int, _ value: @escaping @Sendable (TCPInfo) -> UInt64?) {
      self.name = name
      self.range = offset..<offset + count
      self.value = value
    }
  }

  /// Lengths by kernel: up to 3.14, 3.15, 4.1, 4.2, 4.6, 4.9, 4.10, 4.18, 4.19, 5.4, 6.2, 6.7, 6.18.
  static let historicLengths = [104, 120, 136, 144, 160, 168, 192, 200, 224, 232, 240, 248, 280]

  /// Below 128, so that no 64-bit time is too long for a `Duration`.
  static func payload(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(($0 * 37 + 11) % 128) } }

  static func number(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
    bytes[range].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  static func info(_ payload: [UInt8]) throws -> TCPInfo {
    try #require(try decode(.socket().attribute(2, payload)).tcpInfo)
  }

  @Test(arguments: historicLengths) func everyMemberOfAHistoricLengthIsRead(count: Int) throws {
    let payload = Self.payload(count)
    let info = try Self.info(payload)
    #expect(info.byteCount == count)
    #expect(info.tail.isEmpty)
    for member in Self.members {
      let expected = member.range.upperBound <= count ? Self.number(payload, member.range) : nil
      #expect(member.value(info) == expected, "\(member.name)")
    }
  }

  /// Every member was added by one kernel version, so every historic length ends between two members.
  @Test func membersFillTheStructureWithoutAGap() {
    var end = 8
    for member in Self.members {
      #expect(member.range.lowerBound == end, "\(member.name)")
      end = member.range.upperBound
    }
    #expect(end == 280)
    for length in Self.historicLengths { #expect(Self.members.contains { $0.range.upperBound == length }) }
  }

  @Test(arguments: 1...280) func lengthThatNoKernelSendsLeavesCutMembersNil(count: Int) throws {
    let payload = Self.payload(count)
    let info = try Self.info(payload)
    for member in Self.members {
      let expected = member.range.upperBound <= count ? Self.number(payload, member.range) : nil
      #expect(member.value(info) == expected, "\(member.name)")
    }
    #expect((info.state != nil) == (count > 0))
    #expect((info.sendWindowScale != nil) == (count > 6))
    #expect((info.isDeliveryRateAppLimited != nil) == (count > 7))
  }

  @Test func firstEightBytesHoldSmallNumbersAndBits() throws {
    var payload = Self.payload(280)
    payload.replaceSubrange(0..<8, with: [1, 2, 3, 4, 5, 0x95, 0xa7, 0b101])
    let info = try Self.info(payload)
    #expect(info.state == .established)
    #expect(info.congestionState == 2)
    #expect(info.unansweredRetransmits == 3)
    #expect(info.unansweredProbes == 4)
    #expect(info.backoff == 5)
    #expect(info.options == [.timestamps, .windowScaling, .ecnSeen, .fastOpenChild])
    #expect(info.sendWindowScale == 7)
    #expect(info.receiveWindowScale == 10)
    #expect(info.isDeliveryRateAppLimited == true)
    #expect(info.fastOpenClientFailure == 2)
  }

  @Test(arguments: [281, 284, 288, 400]) func membersAddedByANewerKernelAreKept(count: Int) throws {
    let payload = Self.payload(count)
    let info = try Self.info(payload)
    #expect(info.byteCount == count)
    #expect(info.tail == Array(payload[280...]))
    #expect(info.accurateECN != nil)
  }

  /// Four numbers since 7.0, and two in the same place before.
  @Test(
    arguments: [
      // No ECN, classic ECN, accurate ECN with and without errors, not yet negotiated, and bits of future kernels.
      (0, 7, AccurateECN(.disabled)), (1, 31, AccurateECN(.classic)), (0b10, 15, AccurateECN(.accurate)),
      (0b10_10, 15, AccurateECN(.accurate, .counters)),
      (0b1001_11_10, 15, AccurateECN(.accurate, .invalid, [.sentFlags, .receivedOption])),
      (3, 7, AccurateECN(.pending)), (0xabcd_ef0a, 15, AccurateECN(.accurate, .counters, options: 0xab_cdef)),
      // Before 7.0: classic ECN, and accurate ECN with and without errors.
      (0, 31, AccurateECN(nil)), (0x2_0000, 15, AccurateECN(nil, .counters)),
      (0x3_0009, 15, AccurateECN(nil, .invalid, [.sentFlags, .receivedOption])),
      (0x8, 15, AccurateECN(nil, .notSeen, .receivedOption)),
    ] as [(UInt32, UInt8, AccurateECN)]) func accurateECNIsFourNumbers(
      _ word: UInt32, _ options: UInt8, _ expected: AccurateECN
    ) throws
  {
    var payload = [UInt8](repeating: 0, count: 276) + word.memory
    payload[5] = options
    let socket = try decode(.socket().attribute(2, payload))
    #expect(socket.tcpInfo?.accurateECN == expected)
    var json: [UInt8] = []
    socket.appendJSON(to: &json)
    #expect(try JSONDecoder().decode(InetSocket.self, from: Data(json)) == socket)
    let mode = expected.mode.map { "\"ecn_mode\":\($0.rawValue)," } ?? ""
    #expect(
      String(decoding: json, as: UTF8.self).contains(
        "\(mode)\"accecn_opt_seen\":\(expected.optionSeen.rawValue),\"accecn_fail_mode\":\(expected.failures.rawValue),"
      ))
  }

  @Test func emptyStructureIsKept() throws {
    let socket = try decode(.socket().attribute(2, []))
    #expect(socket.tcpInfo == nil)
    #expect(socket.unknownAttributes == [UnknownAttribute(type: 2, payload: [])])
  }

  @Test func otherProtocolsUseTheAttributeForOtherStructures() throws {
    let socket = try decode(.socket().attribute(2, Self.payload(104)), as: TransportProtocol(rawValue: 46))
    #expect(socket.tcpInfo == nil)
    #expect(socket.unknownAttributes == [UnknownAttribute(type: 2, payload: Self.payload(104))])
    #expect(try decode(.socket().attribute(2, Self.payload(104)), as: .unspecified).tcpInfo != nil)
  }

  @Test func longestTimesDoNotOverflow() throws {
    let info = try Self.info([UInt8](repeating: 0xff, count: 280))
    #expect(info.pacingRateBytesPerSecond == .max)
    #expect(info.busyTime == .microseconds(Int64.max))
    #expect(info.retransmitTimeout == .microseconds(Int64(UInt32.max)))
  }

  @Test func valuesWithTheSameBytesAreEqual() throws {
    let payload = Self.payload(232)
    #expect(try Self.info(payload) == Self.info(payload))
    #expect(try Self.info(payload).hashValue == Self.info(payload).hashValue)
    #expect(try Self.info(payload) != Self.info(Self.payload(231)))
  }
}

extension TCPInfoTests {
  private static func microseconds(_ time: Duration?) -> UInt64? {
    time.map { UInt64($0.components.seconds) * 1_000_000 + UInt64($0.components.attoseconds / 1_000_000_000_000) }
  }

  private static func milliseconds(_ time: Duration?) -> UInt64? { microseconds(time).map { $0 / 1000 } }

  /// From `rto` on, in the order of include/uapi/linux/tcp.h.
  static let members: [Member] = [
    Member("rto", 8, 4) { microseconds($0.retransmitTimeout) },
    Member("ato", 12, 4) { microseconds($0.delayedAcknowledgementTimeout) },
    Member("snd_mss", 16, 4) { $0.sendSegmentSize.map(UInt64.init) },
    Member("rcv_mss", 20, 4) { $0.receiveSegmentSize.map(UInt64.init) },
    Member("unacked", 24, 4) { $0.unacknowledgedSegments.map(UInt64.init) },
    Member("sacked", 28, 4) { $0.selectivelyAcknowledgedSegments.map(UInt64.init) },
    Member("lost", 32, 4) { $0.lostSegments.map(UInt64.init) },
    Member("retrans", 36, 4) { $0.retransmittedSegments.map(UInt64.init) },
    Member("fackets", 40, 4) { $0.forwardAcknowledgements.map(UInt64.init) },
    Member("last_data_sent", 44, 4) { milliseconds($0.sinceLastDataSent) },
    Member("last_ack_sent", 48, 4) { milliseconds($0.sinceLastAcknowledgementSent) },
    Member("last_data_recv", 52, 4) { milliseconds($0.sinceLastDataReceived) },
    Member("last_ack_recv", 56, 4) { milliseconds($0.sinceLastAcknowledgementReceived) },
    Member("pmtu", 60, 4) { $0.pathMTU.map(UInt64.init) },
    Member("rcv_ssthresh", 64, 4) { $0.receiveSlowStartThreshold.map(UInt64.init) },
    Member("rtt", 68, 4) { microseconds($0.smoothedRTT) },
    Member("rttvar", 72, 4) { microseconds($0.rttVariation) },
    Member("snd_ssthresh", 76, 4) { $0.sendSlowStartThreshold.map(UInt64.init) },
    Member("snd_cwnd", 80, 4) { $0.congestionWindow.map(UInt64.init) },
    Member("advmss", 84, 4) { $0.advertisedSegmentSize.map(UInt64.init) },
    Member("reordering", 88, 4) { $0.reordering.map(UInt64.init) },
    Member("rcv_rtt", 92, 4) { microseconds($0.receiverRTT) },
    Member("rcv_space", 96, 4) { $0.receiveSpace.map(UInt64.init) },
    Member("total_retrans", 100, 4) { $0.totalRetransmits.map(UInt64.init) },
    Member("pacing_rate", 104, 8) { $0.pacingRateBytesPerSecond },
    Member("max_pacing_rate", 112, 8) { $0.maximumPacingRateBytesPerSecond },
    Member("bytes_acked", 120, 8) { $0.bytesAcknowledged },
    Member("bytes_received", 128, 8) { $0.bytesReceived },
    Member("segs_out", 136, 4) { $0.segmentsOut.map(UInt64.init) },
    Member("segs_in", 140, 4) { $0.segmentsIn.map(UInt64.init) },
    Member("notsent_bytes", 144, 4) { $0.unsentBytes.map(UInt64.init) },
    Member("min_rtt", 148, 4) { microseconds($0.minimumRTT) },
    Member("data_segs_in", 152, 4) { $0.dataSegmentsIn.map(UInt64.init) },
    Member("data_segs_out", 156, 4) { $0.dataSegmentsOut.map(UInt64.init) },
    Member("delivery_rate", 160, 8) { $0.deliveryRateBytesPerSecond },
    Member("busy_time", 168, 8) { microseconds($0.busyTime) },
    Member("rwnd_limited", 176, 8) { microseconds($0.receiveWindowLimitedTime) },
    Member("sndbuf_limited", 184, 8) { microseconds($0.sendBufferLimitedTime) },
    Member("delivered", 192, 4) { $0.deliveredSegments.map(UInt64.init) },
    Member("delivered_ce", 196, 4) { $0.deliveredMarkedSegments.map(UInt64.init) },
    Member("bytes_sent", 200, 8) { $0.bytesSent },
    Member("bytes_retrans", 208, 8) { $0.bytesRetransmitted },
    Member("dsack_dups", 216, 4) { $0.duplicateSelectiveAcknowledgements.map(UInt64.init) },
    Member("reord_seen", 220, 4) { $0.reorderingSeen.map(UInt64.init) },
    Member("rcv_ooopack", 224, 4) { $0.receivedOutOfOrder.map(UInt64.init) },
    Member("snd_wnd", 228, 4) { $0.sendWindow.map(UInt64.init) },
    Member("rcv_wnd", 232, 4) { $0.receiveWindow.map(UInt64.init) },
    Member("rehash", 236, 4) { $0.rehashes.map(UInt64.init) },
    Member("total_rto", 240, 2) { $0.totalTimeouts.map(UInt64.init) },
    Member("total_rto_recoveries", 242, 2) { $0.totalTimeoutRecoveries.map(UInt64.init) },
    Member("total_rto_time", 244, 4) { milliseconds($0.totalTimeoutTime) },
    Member("received_ce", 248, 4) { $0.receivedMarkedSegments.map(UInt64.init) },
    Member("delivered_e1_bytes", 252, 4) { $0.deliveredE1Bytes.map(UInt64.init) },
    Member("delivered_e0_bytes", 256, 4) { $0.deliveredE0Bytes.map(UInt64.init) },
    Member("delivered_ce_bytes", 260, 4) { $0.deliveredMarkedBytes.map(UInt64.init) },
    Member("received_e1_bytes", 264, 4) { $0.receivedE1Bytes.map(UInt64.init) },
    Member("received_e0_bytes", 268, 4) { $0.receivedE0Bytes.map(UInt64.init) },
    Member("received_ce_bytes", 272, 4) { $0.receivedMarkedBytes.map(UInt64.init) },
    // The payload of these tests sets the first bit, which means the layout of 7.0.
    Member("accecn", 276, 4) { info in
      info.accurateECN.map { ecn in
        UInt64(ecn.mode?.rawValue ?? 0) | UInt64(ecn.optionSeen.rawValue) << 2 | UInt64(ecn.failures.rawValue) << 4
          | UInt64(ecn.furtherOptions ?? 0) << 8
      }
    },
  ]
}

extension AccurateECN {
  fileprivate init(
    _ mode: Mode?, _ seen: OptionSeen = .notSeen, _ failures: Failures = [], options: UInt32 = 0
  ) {
    self.init(mode: mode, optionSeen: seen, failures: failures, furtherOptions: mode == nil ? nil : options)
  }
}

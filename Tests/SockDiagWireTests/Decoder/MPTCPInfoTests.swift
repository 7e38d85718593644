import Foundation
import SockDiagWire
import Testing

/// `mptcp_info` of every length.
@Suite struct MPTCPInfoTests {
  /// A member: its name, the length from which on it is present, and its value in ``payload(_:)``.
  private struct Member {
    var name: String
    var needed: Int
    var expected: UInt64
    var value: (MPTCPInfo) -> UInt64?
  }

  /// Offsets and widths as in linux/mptcp.h, and the lengths of the structure in the kernels that added the members.
  private static var members: [Member] {
    [
      number("subflows", 0, 1, \.additionalSubflows), number("add_addr_signal", 1, 1, \.announcedAddresses),
      number("add_addr_accepted", 2, 1, \.acceptedAddresses), number("subflows_max", 3, 1, \.maximumAdditionalSubflows),
      number("add_addr_signal_max", 4, 1, \.maximumAnnouncedAddresses),
      number("add_addr_accepted_max", 5, 1, \.maximumAcceptedAddresses), number("token", 12, 4, \.token),
      number("write_seq", 16, 8, \.writeSequence), number("snd_una", 24, 8, \.firstUnacknowledged),
      number("rcv_nxt", 32, 8, \.receiveSequence), number("local_addr_used", 40, 1, \.usedLocalAddresses),
      number("local_addr_max", 41, 1, \.maximumLocalAddresses),
      number("retransmits", 44, 4, from: 56, \.unansweredRetransmits),
      number("bytes_retrans", 48, 8, \.bytesRetransmitted), number("bytes_sent", 56, 8, \.bytesSent),
      number("bytes_received", 64, 8, \.bytesReceived), number("bytes_acked", 72, 8, \.bytesAcknowledged),
      number("subflows_total", 80, 1, \.totalSubflows),
      number("endp_laminar_max", 81, 1, from: 96, \.maximumLaminarAddresses),
      number("endp_fullmesh_max", 82, 1, from: 96, \.maximumFullMeshAddresses),
      time("last_data_sent", 84, \.sinceLastDataSent), time("last_data_recv", 88, \.sinceLastDataReceived),
      time("last_ack_recv", 92, \.sinceLastAcknowledgementReceived),
      Member(name: "flags", needed: 12, expected: value(8, 4)) { $0.flags.map { UInt64($0.rawValue) } },
      Member(name: "csum_enabled", needed: 43, expected: 1) { $0.hasChecksums.map { $0 ? 1 : 0 } },
    ]
  }

  private static func number<Number: UnsignedInteger & SendableMetatype>(
    _ name: String, _ offset: Int, _ width: Int, from needed: Int = 0, _ path: KeyPath<MPTCPInfo, Number?>
  ) -> Member {
    Member(name: name, needed: max(needed, offset + width), expected: value(offset, width)) {
      $0[keyPath: path].map(UInt64.init)
    }
  }

  private static func time(
    _ name: String, _ offset: Int, _ path: KeyPath<MPTCPInfo, Duration?>
  ) -> Member {
    Member(name: name, needed: 96, expected: value(offset, 4)) {
      $0[keyPath: path].flatMap {
        UInt64(exactly: $0.components.seconds * 1000 + $0.components.attoseconds / 1_000_000_000_000_000)
      }
    }
  }

  /// Every byte is different.
  static func payload(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) } }

  private static func value(_ offset: Int, _ width: Int) -> UInt64 {
    payload(offset + width).suffix(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func info(_ payload: [UInt8]) throws -> MPTCPInfo {
    let socket = try decode(.socket().attribute(2, payload), as: .mptcp)
    #expect(socket.tcpInfo == nil)
    return try #require(socket.mptcpInfo)
  }

  @Test(arguments: 1...130) func membersPastTheLengthAreAbsent(count: Int) throws {
    let info = try Self.info(Self.payload(count))
    #expect(info.byteCount == count)
    for member in Self.members {
      #expect(member.value(info) == (count >= member.needed ? member.expected : nil), "\(member.name)")
    }
    #expect(info.tail == Self.payload(count).dropFirst(96).map { $0 })
  }

  /// From Linux 5.12 to 6.4 the structure ends with padding where 6.5 has the retransmits.
  @Test func paddingOfAnOlderKernelIsNoMember() throws {
    let older = try Self.info([UInt8](repeating: 0, count: 48))
    #expect(older.unansweredRetransmits == nil)
    #expect(older.hasChecksums == false)
    #expect(try Self.info([UInt8](repeating: 0, count: 88)).sinceLastDataSent == nil)
    #expect(try Self.info([UInt8](repeating: 0, count: 96)).sinceLastDataSent == .zero)
  }

  @Test func flagsHaveNames() throws {
    var payload = [UInt8](repeating: 0, count: 96)
    payload[8] = 3
    #expect(try Self.info(payload).flags == [.fallback, .remoteKeyReceived])
  }

  @Test func largestNumbersSurviveJSON() throws {
    for count in [40, 48, 80, 88, 96, 120] {
      var payload = [UInt8](repeating: 0xff, count: count)
      // Holes of the structure, which no kernel fills.
      for hole in [6, 7, 43, 83] where hole < count { payload[hole] = 0 }
      if count == 48 { for index in 44..<48 { payload[index] = 0 } }
      if count == 88 { for index in 81..<88 { payload[index] = 0 } }
      let socket = try decode(.socket().attribute(2, payload), as: .mptcp)
      var text: [UInt8] = []
      socket.appendJSON(to: &text)
      #expect(try JSONDecoder().decode(InetSocket.self, from: Data(text)) == socket)
      #expect(String(decoding: text, as: UTF8.self).contains("\"write_seq\":\"18446744073709551615\""))
    }
  }

  @Test func otherProtocolsHaveNone() throws {
    for transport in [TransportProtocol.tcp, .dccp, .sctp, .unspecified] {
      #expect(try decode(.socket().attribute(2, Self.payload(96)), as: transport).mptcpInfo == nil)
    }
  }
}

import SockDiagWire
import Testing

/// Names of states and groups of states, as in the filters of `ss`.
@Suite struct NameTests {
  @Test(
    arguments: [
      (1, "established"), (2, "syn-sent"), (3, "syn-recv"), (4, "fin-wait-1"), (5, "fin-wait-2"), (6, "time-wait"),
      (7, "close"), (8, "close-wait"), (9, "last-ack"), (10, "listen"), (11, "closing"), (12, "new-syn-recv"),
      (13, "bound-inactive"),
    ] as [(UInt8, String)]) func stateHasAName(number: UInt8, name: String)
  {
    #expect(SocketState(rawValue: number).description == name)
    #expect(SocketState(name: name)?.rawValue == number)
  }

  @Test func unknownStateIsWrittenAsItsNumber() {
    #expect(SocketState(rawValue: 0).description == "0")
    #expect(SocketState(rawValue: 14).description == "14")
    #expect(SocketState(name: "255")?.rawValue == 255)
    #expect(SocketState(name: "256") == nil)
    #expect(SocketState(name: "+1") == nil)
    #expect(SocketState(name: "unknown") == nil)
    #expect(SocketState(name: "") == nil)
  }

  /// As in the filters of `ss`, its table, netstat's table, and /proc.
  @Test(
    arguments: [
      ("ESTABLISHED", .established), ("ESTAB", .established), ("estab", .established), ("Established", .established),
      ("SYN-SENT", .synSent), ("SYN_SENT", .synSent), ("syn-rcv", .synReceived), ("SYN-RECV", .synReceived),
      ("SYN_RECV", .synReceived), ("FIN-WAIT-1", .finWait1), ("FIN_WAIT1", .finWait1), ("fin-wait2", .finWait2),
      ("FIN_WAIT_2", .finWait2), ("TIME-WAIT", .timeWait), ("TIME_WAIT", .timeWait), ("closed", .close),
      ("CLOSE", .close), ("UNCONN", .close), ("unconnected", .close), ("CLOSE-WAIT", .closeWait),
      ("CLOSE_WAIT", .closeWait), ("LAST-ACK", .lastAcknowledgement), ("LAST_ACK", .lastAcknowledgement),
      ("LISTEN", .listen), ("Listening", .listen), ("CLOSING", .closing), ("BOUND-INACTIVE", .boundInactive),
    ] as [(String, SocketState)]) func spellingsOfOtherToolsAreAccepted(_ name: String, _ state: SocketState)
  {
    #expect(SocketState(name: name) == state)
    #expect(SocketStateSet(name: name) == SocketStateSet(state))
  }

  @Test func groupsAreAcceptedInAnyCase() {
    #expect(SocketStateSet(name: "ALL") == .all)
    #expect(SocketStateSet(name: "Connected") == .connected)
  }

  @Test func stateGroupsEqualThoseOfSS() {
    #expect(SocketStateSet(name: "all")?.rawValue == 0xffe)
    #expect(SocketStateSet(name: "connected")?.rawValue == 0xb7e)
    #expect(SocketStateSet(name: "synchronized")?.rawValue == 0xb7a)
    #expect(SocketStateSet(name: "bucket")?.rawValue == 0x48)
    #expect(SocketStateSet(name: "big")?.rawValue == 0xfb6)
    #expect(SocketStateSet(name: "listening") == .listen)
    #expect(SocketStateSet(name: "unconnected") == .close)
    #expect(SocketStateSet(name: "bound-inactive")?.rawValue == 0x2000)
    #expect(SocketStateSet(name: "time-wait") == .timeWait)
    for name in ["0", "14", "99", "nonsense", "", "listen ", "listenlistenlistenlisten"] {
      #expect(SocketStateSet(name: name) == nil)
    }
  }

  @Test func setOfAStateContainsThatState() {
    for number in UInt8.min ... .max {
      let state = SocketState(rawValue: number)
      #expect(SocketStateSet(state).contains(state: state) == (number < 32))
      let isOfAssociation = [16, 17, 18, 19, 28, 29].contains(number)
      #expect(SocketStateSet.all.contains(state: state) == ((1...11).contains(number) || isOfAssociation))
    }
  }

  /// SCTP's names, each with the state of TCP to whose groups it belongs.
  @Test(
    arguments: [
      ("cookie-wait", .synSent), ("COOKIE_WAIT", .synSent), ("cookie-echoed", .synSent),
      ("shutdown-pending", .finWait1), ("SHUTDOWN_SENT", .finWait2), ("shutdown-received", .closeWait),
      ("shutdown-ack-sent", .lastAcknowledgement),
    ] as [(String, SocketState)]) func statesOfAssociationsBelongToGroups(_ name: String, _ counterpart: SocketState)
    throws
  {
    let state = try #require(SocketState(name: name))
    let set = try #require(SocketStateSet(name: name))
    #expect(set == SocketStateSet(state))
    #expect(SocketStateSet.connected.contains(state: state))
    #expect(SocketStateSet.synchronized.contains(state: state) == (counterpart != .synSent))
    #expect(SocketStateSet(counterpart).contains(state: state))
    #expect(!set.contains(state: counterpart))
    #expect(!SocketStateSet([.established, .listen, .close]).contains(state: state))
    let filter = try SocketFilter("state \(name)")
    #expect(try SocketFilter(filter.description) == filter)
    #expect(filter.description == "state \(state)")
  }

  @Test(
    arguments: [
      ("tcp", .tcp), ("udp", .udp), ("mptcp", .mptcp), ("udplite", .udpLite), ("raw", .raw), ("sctp", .sctp),
      ("dccp", .dccp), ("unspecified", .unspecified), ("46", TransportProtocol(rawValue: 46)),
    ] as [(String, TransportProtocol)]) func protocolHasAName(_ name: String, _ transport: TransportProtocol)
  {
    #expect(TransportProtocol(name: name) == transport)
    #expect(transport.description == name)
  }

  @Test func numberOfAProtocolIsAccepted() {
    #expect(TransportProtocol(name: "132") == .sctp)
    #expect(TransportProtocol(name: "262") == .mptcp)
    for name in ["65536", "-1", "", "TCP", "icmp"] { #expect(TransportProtocol(name: name) == nil) }
  }
}

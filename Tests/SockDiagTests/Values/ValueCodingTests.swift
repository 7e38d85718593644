import Foundation
import SockDiag
import SockDiagTesting
import Testing

/// Values that a monitor keeps or sends survive JSON.
@Suite struct ValueCodingTests {
  /// Expects that a value is the same after it was written and read.
  private func survive<Value: Codable & Hashable>(_ value: Value, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let text = try JSONEncoder().encode([value])
    let copy = try JSONDecoder().decode([Value].self, from: text)
    #expect(copy == [value], "\(String(decoding: text, as: UTF8.self))", sourceLocation: sourceLocation)
    #expect(copy.first?.hashValue == value.hashValue, sourceLocation: sourceLocation)
  }

  private func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private static let sockets: [InetSocket] = [
    .specimen(.tcp, .listen, local: "0.0.0.0:443"),
    .specimen(local: "10.0.0.1:443", remote: "10.0.0.9:51000") {
      $0.tcpInfo = .specimen {
        $0.smoothedRTT = .milliseconds(30)
        $0.bytesReceived = .max
      }
    },
  ]

  @Test func namesStandForNumbers() throws {
    #expect(try text([SocketState.timeWait, SocketState(rawValue: 77)]) == #"["time-wait","77"]"#)
    #expect(try text([TransportProtocol.udp]) == #"["udp"]"#)
    #expect(try text([SocketDirection.inbound]) == #"["inbound"]"#)
    #expect(try text([SocketChange.appeared, SocketChange(rawValue: 9)]) == #"["appeared","9"]"#)
    for number in UInt8.min ... .max {
      try survive(SocketState(rawValue: number))
      try survive(AddressFamily(rawValue: number))
      try survive(SocketTimer.Kind(rawValue: number))
      try survive(SocketChange(rawValue: number))
    }
    for direction in SocketDirection.all { try survive(direction) }
    for number in [0, 6, 17, 132, 255, 262, 40_000] as [UInt16] { try survive(TransportProtocol(rawValue: number)) }
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([SocketState].self, from: Data(#"["shut"]"#.utf8)) }
  }

  /// A part is written alone as it stands in its record.
  @Test func partsOfRecordsSurvive() throws {
    let socket = Self.sockets[1]
    let info = try #require(socket.tcpInfo)
    try survive(info)
    #expect(try text(socket).contains(#""tcp_info":\#(try text(info))"#))
    try survive(SocketTimer(.retransmit, expiresMilliseconds: 200, retransmits: 3))
    try survive(SocketIdentity(.inet, protocol: 6, SocketCookie(rawValue: .max), isBoundInactive: true, association: 9))
    try survive(UnknownAttribute(type: 99, payload: [0, 255]))
    try survive(
      CongestionInfo.vegas(VegasInfo(isEnabled: true, roundTripCount: 1, rttMicroseconds: 2, minimumRTTMicroseconds: 3))
    )
  }

  @Test func dumpSurvives() throws {
    var inspector = SocketInspector(answering: Self.sockets)
    var dump = try inspector.dump(SocketQuery(.tcp, details: .tcpInfo))
    dump.defects = [.interrupted, .undecided]
    try survive(dump)
  }

  @Test func roundSurvives() throws {
    let kernel = SimulatedKernel(Self.sockets)
    var tracker = SocketTracker(SocketQuery(.tcp))
    var inspector = SocketInspector(asking: kernel)
    _ = try tracker.update(&inspector) { _ in }
    var round = try tracker.update(&inspector) { _ in }
    round.missedEnds = EventGap(dropped: 3, wireError: WireError(.cutShort, at: 4, "cut"))
    #expect(round.elapsed != nil)
    try survive(round)
  }

  @Test func sumsSurvive() throws {
    var counts = StateCounts()
    try survive(counts)
    for state in [SocketState.listen, .timeWait, .timeWait, SocketState(rawValue: 200)] { counts.add(state) }
    counts.defects = .overrun
    try survive(counts)
    #expect(try text(counts) == #"{"defects":2,"states":{"200":1,"listen":1,"time-wait":2}}"#)
    var group = SummaryGroup()
    try survive(group)
    for socket in Self.sockets { group.add(socket) }
    #expect(group.roundTrips.median == .milliseconds(30) && group.counters.bytesReceived == .max)
    try survive(group)
    try survive(DurationDistribution())
  }

  /// A text from elsewhere must not stop the program.
  @Test func damagedSumsAreRefused() {
    for text in [#"{"buckets":[1,2]}"#, #"{"buckets":[-1]}"#, "{}"] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(DurationDistribution.self, from: Data(text.utf8))
      }
    }
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(StateCounts.self, from: Data(#"{"defects":0,"states":{"nowhere":1}}"#.utf8))
    }
  }

  @Test func namespacesSurvive() throws {
    let namespace = try NetworkNamespace.current()
    var list = NetworkNamespaceList([namespace])
    list.emptyNames = ["blue"]
    try survive(list)
    try survive(NamespaceAnswer(namespace, .success(3)))
    let error = SockDiagError(.namespaceForbidden, operation: "enter", errno: 1)
    try survive(NamespaceAnswer<Int>(namespace, .failure(error)))
    try survive(
      SocketDirections(
        listeners: Self.sockets, hostAddresses: [IPAddress(v4: 0x0a00_0001), IPAddress(v6: 0xfe80 << 48, 1)]))
    try survive(PortSet([80...90, 443...443]))
  }

  @Test func factsAboutTheHostSurvive() throws {
    var inspector = try SocketInspector()
    try survive(inspector.capabilities())
    try survive(KernelSettings.unknown)
    try survive(SocketEvent.gap(EventGap(dropped: nil, malformed: 1)))
  }
}

import SockDiag
import Testing

/// The counters read from `/proc/net/netstat`, `snmp`, `snmp6` and `sockstat`.
@Suite struct NetworkCountersTests {
  private static let netstat = """
    TcpExt: SyncookiesSent TW TWRecycled TWKilled ListenOverflows ListenDrops TCPAbortOnMemory TCPTimeWaitOverflow \
    TCPReqQFullDoCookies TCPReqQFullDrop
    TcpExt: 1 2 3 4 5 6 7 8 9 10
    IpExt: ListenDrops InNoRoutes
    IpExt: 11 12

    """
  private static let snmp = """
    Ip: AttemptFails
    Ip: 99
    Tcp: RtoMin MaxConn AttemptFails EstabResets OutSegs RetransSegs
    Tcp: 200 -1 21 22 23 24
    Udp: InErrors RcvbufErrors
    Udp: 31 32
    UdpLite: InErrors RcvbufErrors
    UdpLite: 41 42

    """
  private static let snmp6 = "Udp6InErrors  \t51\nUdp6RcvbufErrors \t52\nUdpLite6RcvbufErrors\t53\n"
  private static let sockstat = """
    sockets: used 37
    TCP: inuse 1 orphan 46 tw 3 alloc 56 mem 175
    UDP: inuse 7 mem 288

    """

  @Test func everyCounterIsReadFromItsColumn() throws {
    let proc = try FakeProc([
      "thread-self/net/netstat": Self.netstat, "thread-self/net/sockstat": Self.sockstat,
      "thread-self/net/sockstat6": "TCP6: inuse 4\nUDP6: inuse 5\n", "thread-self/net/snmp": Self.snmp,
      "thread-self/net/snmp6": Self.snmp6,
    ])
    var expected = NetworkCounters.unknown
    (expected.timeWaitsEnded, expected.timeWaitsRecycled, expected.timeWaitsKilled) = (2, 3, 4)
    (expected.listenOverflows, expected.listenDrops) = (5, 6)
    (expected.abortsOnMemory, expected.timeWaitOverflows) = (7, 8)
    (expected.requestQueueFullCookies, expected.requestQueueFullDrops) = (9, 10)
    (expected.tcpInUse, expected.orphans, expected.timeWaits) = (1, 46, 3)
    (expected.tcpAllocated, expected.tcpMemoryPages, expected.tcp6InUse) = (56, 175, 4)
    (expected.failedConnections, expected.resetConnections) = (21, 22)
    (expected.segmentsSent, expected.segmentsRetransmitted) = (23, 24)
    (expected.udpBufferDrops, expected.udp6BufferDrops) = (32, 52)
    #expect(NetworkCounters(procRoot: proc.root) == expected)
  }

  @Test func missingFilesAreUnknown() throws {
    #expect(NetworkCounters(procRoot: try FakeProc([String: String]()).root) == .unknown)
    // IPv6 may be missing, and an older kernel has fewer counters.
    let proc = try FakeProc([
      "thread-self/net/netstat": "TcpExt: TW\nTcpExt: 5\n", "thread-self/net/sockstat": "TCP: inuse 1\n",
    ])
    var expected = NetworkCounters.unknown
    (expected.timeWaitsEnded, expected.tcpInUse) = (5, 1)
    #expect(NetworkCounters(procRoot: proc.root) == expected)
  }

  @Test(arguments: [
    "TcpExt: TW\n", "TcpExt: TW", "TcpExt: TW\nIpExt: 5\n", "TcpExt: TW\nTcpExt:\n", "TcpExt: TW\nTcpExt: -5\n",
    "TcpExt: TW\nTcpExt: x\n", "TcpExt: TW\nTcpExt: 18446744073709551616\n", "\n\n:\n", "TcpExt: \u{0}\nTcpExt: 1\n",
  ])
  func damagedValueIsUnknown(_ text: String) throws {
    let proc = try FakeProc(["thread-self/net/netstat": text, "thread-self/net/sockstat": "TCP:\nTCP: tw\n\n"])
    #expect(NetworkCounters(procRoot: proc.root) == .unknown)
  }

  @Test func everyCutOfTheFilesIsAccepted() throws {
    let proc = try FakeProc([String: String]())
    let files = [
      ("netstat", Self.netstat), ("sockstat", Self.sockstat), ("snmp", Self.snmp), ("snmp6", Self.snmp6),
    ]
    for (name, text) in files {
      let bytes = Array(text.utf8)
      for end in bytes.indices {
        try proc.write(Array(bytes[..<end]), to: "thread-self/net/\(name)")
        _ = NetworkCounters(procRoot: proc.root)
      }
    }
  }
}

import SockDiag
import SockDiagTesting
import SocketMetrics
import Testing

/// Each metric of simulated sockets with known figures.
@Suite struct CollectorTests {
  /// A collector of a simulated kernel.
  private struct Subject: ~Copyable {
    let kernel: SimulatedKernel
    var collector: MetricsCollector

    init(_ sockets: [InetSocket] = [], limit: Int = 50) {
      kernel = SimulatedKernel(sockets)
      var configuration = MetricsConfiguration()
      configuration.limit = limit
      configuration.version = "7.8"
      collector = MetricsCollector(
        configuration, SocketInspector(asking: kernel),
        tcp: SocketTracker(
          SocketQuery(.tcp, states: .all, details: .tcpInfo), ends: SocketEvents(from: kernel)),
        udp: SocketTracker(
          SocketQuery(.udp, states: .all, details: .socketMemory), ends: SocketEvents(from: kernel)),
        procRoot: "/nowhere")
    }

    mutating func look(_ format: MetricsFormat = .openMetrics) throws -> Page {
      Page(try collector.collect(), format)
    }

    /// Changes the sockets of a peer's port.
    func change(_ port: UInt16, _ change: (inout InetSocketFields) -> Void) {
      kernel.sockets = kernel.sockets.map { $0.remote.port == port ? $0.changing(change) : $0 }
    }
  }

  private static func listener(_ port: UInt16, queue: UInt32 = 0, limit: UInt32 = 128) -> InetSocket {
    .specimen(.tcp, .listen, local: SocketAddress(.anyV4, port: port)) {
      $0.receiveQueue = queue
      $0.sendQueue = limit
    }
  }

  /// A connection of this host with the figures of a moment.
  private static func connection(
    _ local: UInt16, _ remote: UInt16, received: UInt64 = 0, state: SocketState = .established,
    rtt: Duration = .milliseconds(3), queues: (UInt32, UInt32) = (0, 0)
  ) -> InetSocket {
    .specimen(
      .tcp, state, local: SocketAddress(IPAddress(v4: 0x0a00_0001), port: local),
      remote: SocketAddress(IPAddress(v4: 0x0a00_0009), port: remote)
    ) {
      $0.cookie = SocketCookie(rawValue: UInt64(local) << 16 | UInt64(remote))
      ($0.receiveQueue, $0.sendQueue) = queues
      $0.tcpInfo = .specimen {
        $0.bytesReceived = received
        $0.smoothedRTT = rtt
      }
    }
  }

  private static func server(_ port: String, _ name: String) -> String {
    "sockdiag_tcp_\(name)_total{side=\"server\",port=\"\(port)\"}"
  }

  // MARK: Gauges

  @Test func socketsAreCountedByStateAndQueuesAreAdded() throws {
    var subject = Subject([
      Self.listener(80), Self.connection(80, 1, queues: (10, 1)), Self.connection(80, 2, queues: (20, 2)),
      Self.connection(80, 3, state: .closeWait),
    ])
    let page = try subject.look()
    #expect(page["sockdiag_sockets{protocol=\"tcp\",state=\"established\"}"] == "2")
    #expect(page["sockdiag_sockets{protocol=\"tcp\",state=\"close-wait\"}"] == "1")
    #expect(page["sockdiag_sockets{protocol=\"tcp\",state=\"listen\"}"] == "1")
    #expect(page["sockdiag_sockets{protocol=\"tcp\",state=\"time-wait\"}"] == "0")
    // The queues of a listener hold connections, not bytes.
    #expect(page["sockdiag_receive_queue_bytes{protocol=\"tcp\"}"] == "30")
    #expect(page["sockdiag_send_queue_bytes{protocol=\"tcp\"}"] == "3")
    #expect(page["sockdiag_service_sockets{protocol=\"tcp\",side=\"server\",port=\"80\"}"] == "3")
    #expect(page["sockdiag_build_info{version=\"7.8\"}"] == "1")
    #expect(page["sockdiag_looks_total"] == "1" && page["sockdiag_look_complete"] == "1")
  }

  @Test func listenersOfOneAddressAreAddedAndTheFullestShows() throws {
    var subject = Subject([
      Self.listener(80, queue: 4, limit: 3), Self.listener(80, queue: 0, limit: 7), Self.listener(81, limit: 0),
    ])
    let page = try subject.look()
    #expect(page["sockdiag_listeners{local=\"0.0.0.0:80\"}"] == "2")
    #expect(page["sockdiag_accept_queue_connections{local=\"0.0.0.0:80\"}"] == "4")
    #expect(page["sockdiag_accept_queue_limit_connections{local=\"0.0.0.0:80\"}"] == "10")
    // A queue is full with one connection more than its limit.
    #expect(page["sockdiag_accept_queue_fill_ratio{local=\"0.0.0.0:80\"}"] == "1.0")
    #expect(page["sockdiag_accept_queue_fill_ratio{local=\"0.0.0.0:81\"}"] == "0.0")
  }

  @Test func serviceOfAConnectionIsThatOfItsServer() throws {
    var subject = Subject([Self.listener(80), Self.connection(80, 40_000), Self.connection(41_000, 443)])
    let page = try subject.look()
    #expect(
      page.series("sockdiag_service_sockets") == [
        "sockdiag_service_sockets{protocol=\"tcp\",side=\"client\",port=\"443\"} 1",
        "sockdiag_service_sockets{protocol=\"tcp\",side=\"server\",port=\"80\"} 1",
      ])
  }

  /// A server that restarts has no listener for a moment.
  @Test func portStaysThatOfAServerAsLongAsItHasConnections() throws {
    var subject = Subject([Self.listener(80), Self.connection(80, 40_000)])
    _ = try subject.look()
    subject.kernel.sockets = [Self.connection(80, 40_000)]
    for _ in 0..<3 {
      #expect(try subject.look()["sockdiag_service_sockets{protocol=\"tcp\",side=\"server\",port=\"80\"}"] == "1")
    }
    subject.kernel.sockets = []
    _ = try subject.look()
    subject.kernel.sockets = [Self.connection(80, 443)]
    #expect(try subject.look()["sockdiag_service_sockets{protocol=\"tcp\",side=\"client\",port=\"443\"}"] == "1")
  }

  @Test func roundTripTimesAreThoseOfOpenConnections() throws {
    var subject = Subject([
      Self.listener(80), Self.connection(80, 1, rtt: .microseconds(100)), Self.connection(80, 2, rtt: .milliseconds(3)),
      Self.connection(80, 3, rtt: .seconds(4)),
    ])
    let page = try subject.look()
    #expect(page["sockdiag_tcp_rtt_seconds_bucket{side=\"server\",le=\"0.0001\"}"] == "1")
    #expect(page["sockdiag_tcp_rtt_seconds_bucket{side=\"server\",le=\"0.0025\"}"] == "1")
    #expect(page["sockdiag_tcp_rtt_seconds_bucket{side=\"server\",le=\"0.005\"}"] == "2")
    #expect(page["sockdiag_tcp_rtt_seconds_bucket{side=\"server\",le=\"2.5\"}"] == "2")
    #expect(page["sockdiag_tcp_rtt_seconds_bucket{side=\"server\",le=\"+Inf\"}"] == "3")
    #expect(page["sockdiag_tcp_rtt_seconds_gcount{side=\"server\"}"] == "3")
    subject.kernel.sockets = [Self.listener(80), Self.connection(80, 1)]
    #expect(try subject.look()["sockdiag_tcp_rtt_seconds_gcount{side=\"server\"}"] == "1")
  }

  // MARK: Counters

  @Test func countersBeginAtZeroAndCountWhatComesAfterTheFirstLook() throws {
    var subject = Subject([Self.listener(80), Self.connection(80, 1, received: 1000)])
    #expect(try subject.look()[Self.server("80", "received_bytes")] == "0")
    subject.change(1) { $0.tcpInfo = .specimen { $0.bytesReceived = 1234 } }
    #expect(try subject.look()[Self.server("80", "received_bytes")] == "234")
    #expect(try subject.look()[Self.server("80", "received_bytes")] == "234")
  }

  @Test func connectionsThatNoLookSawAreCounted() throws {
    var subject = Subject([Self.listener(80)])
    _ = try subject.look()
    for port in 1...3 { subject.kernel.announce(Self.connection(80, UInt16(port), received: 100)) }
    let page = try subject.look()
    #expect(page[Self.server("80", "received_bytes")] == "300")
    #expect(page[Self.server("80", "opened_connections")] == "3")
    #expect(page[Self.server("80", "ended_connections")] == "3")
  }

  @Test func connectionIsOpenedOnceAndEndedOnceAndItsTimeWaitRecordIsNeither() throws {
    var subject = Subject([Self.listener(80)])
    _ = try subject.look()
    let connection = Self.connection(80, 1, received: 5)
    subject.kernel.sockets += [connection]
    let open = try subject.look()
    #expect(open[Self.server("80", "opened_connections")] == "1")
    #expect(open[Self.server("80", "ended_connections")] == "0")
    subject.kernel.end(connection, leavingTimeWait: true) { $0.tcpInfo = .specimen { $0.bytesReceived = 9 } }
    let ended = try subject.look()
    #expect(ended[Self.server("80", "opened_connections")] == "1")
    #expect(ended[Self.server("80", "ended_connections")] == "1")
    #expect(ended[Self.server("80", "received_bytes")] == "9")
    #expect(ended["sockdiag_sockets{protocol=\"tcp\",state=\"time-wait\"}"] == "1")
  }

  @Test func counterStaysWhenItsLastConnectionIsGone() throws {
    let connection = Self.connection(80, 1, received: 5)
    var subject = Subject([Self.listener(80), connection])
    _ = try subject.look()
    subject.kernel.end(connection) { $0.tcpInfo = .specimen { $0.bytesReceived = 25 } }
    for _ in 0..<40 { #expect(try subject.look()[Self.server("80", "received_bytes")] == "20") }
  }

  @Test func missedAnnouncementsAreCounted() throws {
    var subject = Subject([Self.listener(80)])
    #expect(try subject.look()["sockdiag_missed_ends_total"] == "0")
    subject.kernel.dropAnnouncements(17)
    // Of TCP and of UDP, each of which has a subscription.
    #expect(try subject.look()["sockdiag_missed_ends_total"] == "34")
  }

  @Test func droppedDatagramsAreCountedByPort() throws {
    func resolver(_ drops: UInt32) -> InetSocket {
      .specimen(.udp, .close, local: "127.0.0.1:53") {
        $0.cookie = SocketCookie(rawValue: 9)
        $0.socketMemory = SocketMemory(backlog: 0, drops: drops)
      }
    }
    var subject = Subject([resolver(4)])
    let series = "sockdiag_udp_dropped_datagrams_total{side=\"server\",port=\"53\"}"
    #expect(try subject.look()[series] == "0")
    subject.kernel.sockets = [resolver(10)]
    #expect(try subject.look()[series] == "6")
  }

  // MARK: Limits

  @Test func familyHasNoMoreLabelSetsThanTheLimitAndSaysHowManyAreCut() throws {
    let listeners = (1...9).map { Self.listener(UInt16($0)) }
    let connections = (1...9).flatMap { port in
      (0..<port).map { Self.connection(UInt16(port), UInt16(1000 + $0), received: 7) }
    }
    var subject = Subject(listeners + connections, limit: 3)
    let page = try subject.look()
    #expect(
      page.series("sockdiag_service_sockets") == [
        "sockdiag_service_sockets{protocol=\"tcp\",side=\"server\",port=\"7\"} 7",
        "sockdiag_service_sockets{protocol=\"tcp\",side=\"server\",port=\"8\"} 8",
        "sockdiag_service_sockets{protocol=\"tcp\",side=\"server\",port=\"9\"} 9",
        "sockdiag_service_sockets{protocol=\"tcp\",side=\"other\",port=\"other\"} 21",
      ])
    #expect(page["sockdiag_cut_label_sets{family=\"sockdiag_service_sockets\",protocol=\"tcp\"}"] == "6")
    #expect(page["sockdiag_cut_label_sets{family=\"sockdiag_listeners\"}"] == "6")
    #expect(page["sockdiag_cut_label_sets{family=\"sockdiag_tcp_*\"}"] == "6")
    #expect(page.series("sockdiag_listeners").count == 4)
    #expect(page.series("sockdiag_tcp_received_bytes_total").count == 4)
  }

  /// Ports of resolvers are there for moments.
  @Test func udpSocketsOnPortsThatTheKernelChoosesShareALabelSet() throws {
    let sockets = (0..<40).map { index in
      InetSocket.specimen(.udp, .close, local: SocketAddress(.anyV4, port: UInt16(40_000 + index))) {
        $0.cookie = SocketCookie(rawValue: UInt64(100 + index))
      }
    }
    let kernel = SimulatedKernel(sockets)
    var collector = MetricsCollector(
      MetricsConfiguration(), SocketInspector(asking: kernel), tcp: nil,
      udp: SocketTracker(SocketQuery(.udp, states: .all)), procRoot: "/proc")
    let page = Page(try collector.collect())
    #expect(
      page.series("sockdiag_service_sockets") == [
        "sockdiag_service_sockets{protocol=\"udp\",side=\"server\",port=\"ephemeral\"} 40"
      ])
    #expect(page.series("sockdiag_tcp_received_bytes_total").isEmpty)
  }
}

import HostFindings
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketMetrics
import Synchronization
import Testing

/// Metrics of a crowd that the test made, in a new namespace: each value is the one that was made.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct LiveCollectorTests {
  @Test func figuresOfSocketsAreThoseThatWereMade() async throws {
    let page = try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 8080)
      let listener = try laboratory.tcpListener(on: place, backlog: 7)
      let waiting = try (0..<3).map { _ in try laboratory.tcpClient(to: place) }
      try listener.wait(forWaiting: 3)
      let pair = try laboratory.connectedPair(to: LabEndpoint(.loopbackV6, 8081))
      let idle = try laboratory.udpSocket(bound: LabEndpoint(.loopbackV4, 53))
      var collector = try MetricsCollector()
      _ = try collector.collect()
      let unread = try pair.client.send(1500)
      _ = try pair.server.send(400)
      _ = try pair.client.discard(400)
      _ = try settled {
        var inspector = try SocketInspector()
        let read = try inspector.dump(SocketQuery(.tcp)).sockets.reduce(0) { $0 + Int($1.receiveQueue) }
        return read == unread ? [] : ["\(read) bytes are in the queues"]
      }
      return try withExtendedLifetime((listener, waiting, pair, idle)) { Page(try collector.collect()) }
    }
    let expected = [
      "sockdiag_sockets{protocol=\"tcp\",state=\"established\"}": "8",
      "sockdiag_sockets{protocol=\"tcp\",state=\"listen\"}": "2",
      "sockdiag_sockets{protocol=\"udp\",state=\"close\"}": "1",
      "sockdiag_receive_queue_bytes{protocol=\"tcp\"}": "1500",
      "sockdiag_send_queue_bytes{protocol=\"tcp\"}": "0",
      "sockdiag_service_sockets{protocol=\"tcp\",side=\"server\",port=\"8080\"}": "3",
      "sockdiag_service_sockets{protocol=\"tcp\",side=\"client\",port=\"8080\"}": "3",
      "sockdiag_service_sockets{protocol=\"tcp\",side=\"server\",port=\"8081\"}": "1",
      "sockdiag_listeners{local=\"127.0.0.1:8080\"}": "1",
      "sockdiag_accept_queue_connections{local=\"127.0.0.1:8080\"}": "3",
      "sockdiag_accept_queue_limit_connections{local=\"127.0.0.1:8080\"}": "7",
      "sockdiag_accept_queue_fill_ratio{local=\"127.0.0.1:8080\"}": "0.375",
      "sockdiag_tcp_received_bytes_total{side=\"server\",port=\"8081\"}": "1500",
      "sockdiag_tcp_acknowledged_bytes_total{side=\"server\",port=\"8081\"}": "400",
      "sockdiag_tcp_received_bytes_total{side=\"client\",port=\"8081\"}": "400",
      "sockdiag_tcp_retransmitted_segments_total{side=\"client\",port=\"8081\"}": "0",
      "sockdiag_udp_dropped_datagrams_total{side=\"server\",port=\"53\"}": "0",
      "sockdiag_checked_sockets{protocol=\"tcp\"}": "10", "sockdiag_look_complete": "1",
      "sockdiag_ends_announced": "1", "sockdiag_kernel_listen_overflows_total": "0",
    ]
    for (series, value) in expected { #expect(page[series] == value, "\(series)") }
  }

  /// Connections of both ends are in the namespace. Those of the client have ports that the kernel chose.
  @Test func portsInUseOfADestinationAreCounted() async throws {
    let page = try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 80)
      let listener = try laboratory.tcpListener(on: place, backlog: 100)
      let clients = try (0..<40).map { _ in try laboratory.tcpClient(to: place) }
      try listener.wait(forWaiting: 40)
      var collector = try MetricsCollector()
      return try withExtendedLifetime((listener, clients)) { Page(try collector.collect()) }
    }
    #expect(page["sockdiag_destination_ports{source=\"127.0.0.1\",destination=\"127.0.0.1:80\"}"] == "40")
    #expect(page["sockdiag_destination_time_wait_ports{source=\"127.0.0.1\",destination=\"127.0.0.1:80\"}"] == "0")
    #expect(page["sockdiag_choosable_ports"] == "28232")
    #expect(page["sockdiag_cut_label_sets{family=\"sockdiag_destination_ports\"}"] == "0")
  }

  @Test func findingsAndCountersOfTheKernelShowAFullQueue() async throws {
    let page = try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 80)
      let listener = try laboratory.tcpListener(on: place, backlog: 1)
      var collector = try MetricsCollector()
      _ = try collector.collect()
      let clients = try (0..<4).map { _ in try laboratory.tcpClient(to: place) }
      _ = try settled { NetworkCounters().listenOverflows ?? 0 >= 2 ? [] : ["no overflows"] }
      return try withExtendedLifetime((listener, clients)) { Page(try collector.collect()) }
    }
    #expect(page["sockdiag_accept_queue_fill_ratio{local=\"127.0.0.1:80\"}"] == "1.0")
    #expect(page["sockdiag_findings{rule=\"accept-queue\"}"] == "1")
    #expect(page["sockdiag_findings{rule=\"listen-overflow\"}"] == "1")
    #expect(page["sockdiag_findings{rule=\"close-wait\"}"] == "0")
    #expect(page["sockdiag_kernel_listen_overflows_total"].flatMap(Int.init) ?? 0 >= 2)
  }

  @Test func socketsAndTrafficAreCountedByTheProcessThatHoldsThem() async throws {
    let pages = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 8080))
      let inode = pair.server.inode
      let subject = try Subject(Subject.Script.plain, holding: [pair.server])
      try Subject.waitUntilAloneWith([inode], [subject])
      var configuration = MetricsConfiguration()
      configuration.owners = [.process, .unit, .container]
      var collector = try MetricsCollector(configuration)
      let first = Page(try collector.collect())
      _ = try pair.client.send(700)
      _ = try settled {
        var inspector = try SocketInspector()
        let read = try inspector.dump(SocketQuery(.tcp)).sockets.reduce(0) { $0 + Int($1.receiveQueue) }
        return read == 700 ? [] : ["\(read) bytes are in the queues"]
      }
      return try withExtendedLifetime((pair, subject)) { [first, Page(try collector.collect())] }
    }
    for page in pages { #expect(page["sockdiag_process_sockets{process=\"sh\"}"] == "1") }
    #expect(pages[0]["sockdiag_process_tcp_received_bytes_total{process=\"sh\"}"] == "0")
    #expect(pages[1]["sockdiag_process_tcp_received_bytes_total{process=\"sh\"}"] == "700")
  }

  @Test func exporterSharesALookAndCountsWhatEndsBetweenTwo() async throws {
    let (pages, looks) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 80))
      var configuration = MetricsConfiguration()
      configuration.checksRules = false
      let exporter = try MetricsExporter(configuration)
      for _ in 0..<20 {
        let client = try laboratory.tcpClient(to: LabEndpoint(.loopbackV4, 80))
        let server = try listener.accept()
        _ = try client.send(10)
        _ = try server.discard(10)
        client.close()
        server.close()
      }
      let pages = try settledPages(exporter)
      return (pages, pages.map { $0["sockdiag_looks_total"] ?? "" })
    }
    #expect(pages.count == 8 && Set(looks).count < 8)
    // Each client's end of its stream counts as a byte, on each side.
    #expect(pages.last?["sockdiag_tcp_ended_connections_total{side=\"server\",port=\"80\"}"] == "20")
    #expect(pages.last?["sockdiag_tcp_opened_connections_total{side=\"server\",port=\"80\"}"] == "20")
  }
}

/// Eight pages that were asked for at once, when all ends have arrived.
private func settledPages(_ exporter: MetricsExporter) throws -> [Page] {
  var pages: [Page] = []
  _ = try settled {
    pages = []
    let collected = Collected()
    for _ in 0..<8 { exporter.families { collected.add($0) } }
    pages = try collected.wait(for: 8).map { Page(try $0.get()) }
    let ended = pages.last?["sockdiag_tcp_ended_connections_total{side=\"server\",port=\"80\"}"]
    return ended == "20" ? [] : ["\(ended ?? "none") ended"]
  }
  return pages
}

/// Results that arrive on another thread.
private final class Collected: Sendable {
  private let results = Mutex<[Result<[MetricFamily], SockDiagError>]>([])

  func add(_ result: Result<[MetricFamily], SockDiagError>) { results.withLock { $0.append(result) } }

  func wait(for count: Int) throws -> [Result<[MetricFamily], SockDiagError>] {
    _ = try settled { results.withLock { $0.count } == count ? [] : ["results are missing"] }
    return results.withLock { $0 }
  }
}

import CoreMetrics
import Glibc
import MetricsTestKit
import SocketMetrics
import SocketMetricsRecorder
import Testing

/// The figures of sockets of this process in the metrics system.
@Suite struct RecorderTests {
  /// A listener on the loopback address, on a port that the kernel chose, and a connection that waits for `accept`.
  private struct Sockets: ~Copyable {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let server: Int32
    let port: UInt16

    init() {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let (listener, client) = (listener, client)
      server = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          _ = bind(listener, address, size)
          _ = listen(listener, 5)
          _ = getsockname(listener, address, &size)
          _ = connect(client, address, size)
          return accept(listener, nil, nil)
        }
      }
      port = UInt16(bigEndian: address.sin_port)
    }

    deinit { for descriptor in [listener, client, server] { close(descriptor) } }
  }

  @Test func countersAndGaugesAreThoseOfTheSockets() async throws {
    let sockets = Sockets()
    let metrics = TestMetrics()
    var configuration = MetricsConfiguration()
    configuration.checksRules = false
    let recorder = try SocketMetricsRecorder(configuration, factory: metrics)
    try await recorder.record()
    let labels = [("side", "server"), ("port", "\(sockets.port)")]
    let counter = try metrics.expectCounter("sockdiag_tcp_received_bytes_total", labels)
    #expect(counter.totalValue == 0)
    for bytes in [300, 700] {
      #expect(send(sockets.client, [UInt8](repeating: 1, count: bytes), bytes, 0) == bytes)
      var buffer = [UInt8](repeating: 0, count: 4096)
      #expect(recv(sockets.server, &buffer, buffer.count, 0) == bytes)
      try await recorder.record()
    }
    #expect(counter.totalValue == 1000)
    let local = [("local", "127.0.0.1:\(sockets.port)")]
    #expect(try metrics.expectMeter("sockdiag_accept_queue_limit_connections", local).lastValue == 5)
    let service = [("protocol", "tcp")] + labels
    #expect(try metrics.expectMeter("sockdiag_service_sockets", service).lastValue == 1)
    let times = [("side", "server"), ("le", "+Inf")]
    #expect(try metrics.expectMeter("sockdiag_tcp_rtt_seconds_bucket", times).lastValue ?? 0 >= 1)
  }

  @Test func runRecordsUntilItIsCancelled() async throws {
    let metrics = TestMetrics()
    let recorder = try SocketMetricsRecorder(factory: metrics)
    let task = Task { try await recorder.run(every: .milliseconds(50)) }
    while (try? metrics.expectCounter("sockdiag_looks_total", []).totalValue) ?? 0 < 4 {
      try await Task.sleep(for: .milliseconds(10))
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}

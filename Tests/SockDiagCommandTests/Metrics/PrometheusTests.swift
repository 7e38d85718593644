#if MetricsServer
  import SocketLaboratory
  import SocketLaboratoryKit
  import Testing

  @testable import SockDiagCommand

  /// A real Prometheus scrapes the command in a namespace of its own, and returns the figures of sockets that were made.
  @Suite(
    .enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"),
    .enabled(if: Shells.has("/usr/bin/prometheus"), "needs prometheus"))
  struct PrometheusTests {
    @Test func prometheusReturnsTheFiguresThatWereMade() async throws {
      let tool = try Tool.path
      let program = Fixture.path("../Tests/Support/Servers/prometheus.py")
      let result = try await TemporaryFolder.with { folder in
        try await Laboratory.withNew { laboratory in
          try laboratory.namespace.run(["/usr/bin/python3", program, tool, folder], timeout: .seconds(240))
        }
      }
      #expect(result.status == 0 && result.errorText == "")
      let answer = try JSONValue(parsing: result.output)
      #expect(answer["address"] == .string("http://127.0.0.1:9773/metrics"))
      #expect(answer["up"] == .boolean(true) && answer["status"] == .number(0))
      let expected: [String: Double] = [
        "sockdiag_sockets{protocol=\"tcp\",state=\"established\"}": 14,
        "sockdiag_sockets{protocol=\"tcp\",state=\"listen\"}": 2,
        "sockdiag_sockets{protocol=\"tcp\",state=\"time-wait\"}": 7,
        "sockdiag_sockets{protocol=\"udp\",state=\"close\"}": 1,
        "sockdiag_service_sockets{port=\"8081\",protocol=\"tcp\",side=\"client\"}": 5,
        // With the records of those that ended.
        "sockdiag_service_sockets{port=\"8081\",protocol=\"tcp\",side=\"server\"}": 12,
        "sockdiag_accept_queue_connections{local=\"127.0.0.1:8080\"}": 2,
        "sockdiag_accept_queue_limit_connections{local=\"127.0.0.1:8080\"}": 3,
        "sockdiag_accept_queue_fill_ratio{local=\"127.0.0.1:8080\"}": 0.5,
        // The kernel counts the end of a stream as a byte.
        "sockdiag_tcp_received_bytes_total{port=\"8081\",side=\"server\"}": 70_007,
        "sockdiag_tcp_opened_connections_total{port=\"8081\",side=\"server\"}": 7,
        "sockdiag_tcp_ended_connections_total{port=\"8081\",side=\"server\"}": 7,
        "sockdiag_tcp_ended_connections_total{port=\"8081\",side=\"client\"}": 7,
        "sockdiag_tcp_retransmitted_segments_total{port=\"8081\",side=\"client\"}": 0,
        "sockdiag_tcp_rtt_seconds_gcount{side=\"server\"}": 7, "sockdiag_look_complete{}": 1,
        "sockdiag_udp_dropped_datagrams_total{port=\"5353\",side=\"server\"}": 0,
        "sockdiag_missed_ends_total{}": 0, "sockdiag_build_info{version=\"\(Sockdiag.version)\"}": 1,
      ]
      // Both formats lead to the same series and values.
      for job in ["sockdiag", "plain"] {
        let series = try #require(answer["series"]?[job])
        for (name, value) in expected {
          #expect(series[name] == .number(value), "\(job) \(name): \(String(describing: series[name]))")
        }
      }
      let kinds = try #require(answer["kinds"])
      #expect(kinds["sockdiag_tcp_rtt_seconds"] == .string("gaugehistogram"))
      #expect(kinds["sockdiag_tcp_received_bytes"] == .string("counter"))
      #expect(kinds["sockdiag_build"] == .string("info") && kinds["sockdiag_sockets"] == .string("gauge"))
      #expect(
        answer["failed"] == .array([]) && answer["expressions"] == .number(20),
        "\(String(describing: answer["failed"]))")
      #expect(answer["rules"]?["SockdiagAcceptQueueFull"] == .string("ok"))
      #expect(answer["rules"]?["job_side:sockdiag_tcp_rtt_seconds:p99"] == .string("ok"))
    }
  }
#endif

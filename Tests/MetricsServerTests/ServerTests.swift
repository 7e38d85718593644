#if MetricsServer
  import Glibc
  import MetricsServer
  import SocketMetrics
  import SockDiag
  import Synchronization
  import Testing

  /// Requests and what they are answered.
  @Suite struct ServerTests {
    /// A server whose pages name their format.
    private static func withServer<Value>(
      _ limits: MetricsServerLimits = MetricsServerLimits(), page: MetricsExporter.Page? = nil,
      _ body: (UInt16) throws -> Value
    ) throws -> Value {
      let server = try MetricsHTTPServer(at: .loopback(port: 0), limits) { format, body in
        body(page ?? .success(Array("the page, \(format.rawValue)\n".utf8)))
      }
      defer { server.stop() }
      guard case .internet(_, let port) = server.place else { throw HTTPClient.Failure(errno: 0) }
      return try body(port)
    }

    private static func request(_ line: String, _ headers: [String] = []) -> String {
      ([line + " HTTP/1.1", "Host: localhost", "Connection: close"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
    }

    private static func answer(_ line: String, _ headers: [String] = []) throws -> String {
      try withServer { try HTTPClient.answer(request(line, headers), port: $0) }
    }

    @Test func metricsAreServedInTheFormatThatTheClientAccepts() throws {
      let plain = try Self.answer("GET /metrics")
      #expect(plain.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(plain.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
      #expect(plain.hasSuffix("\r\n\r\nthe page, prometheus\n"))
      let open = try Self.answer("GET /metrics?x=1", ["Accept: application/openmetrics-text; version=1.0.0"])
      #expect(open.contains("Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"))
      #expect(open.contains("Vary: Accept\r\n") && open.hasSuffix("\r\n\r\nthe page, openmetrics\n"))
    }

    @Test func headIsAnsweredWithoutABody() throws {
      let answer = try Self.answer("HEAD /metrics")
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(answer.contains("Content-Length: 21\r\n") && answer.hasSuffix("\r\n\r\n"))
    }

    @Test func otherRequestsAreRefusedInWords() throws {
      #expect(try Self.answer("GET /").contains("<a href=\"/metrics\">"))
      #expect(try Self.answer("GET /metricsx").hasPrefix("HTTP/1.1 404 "))
      let post = try Self.answer("POST /metrics", ["Content-Length: 0"])
      #expect(post.hasPrefix("HTTP/1.1 405 ") && post.contains("Allow: GET, HEAD\r\n"))
      #expect(try Self.answer("DELETE /metrics").hasPrefix("HTTP/1.1 405 "))
      #expect(try Self.withServer { try HTTPClient.answer("nonsense\r\n\r\n", port: $0) }.contains(" 400 "))
    }

    @Test func requestWithABodyIsRefusedAndItsConnectionClosed() throws {
      let body = ["Content-Length: 5", "Connection: keep-alive"]
      let answer = try Self.withServer { port in
        try HTTPClient.answer("POST /metrics HTTP/1.1\r\nHost: x\r\n\(body[0])\r\n\r\n12345", port: port)
      }
      #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("Connection: close\r\n"))
    }

    @Test func connectionIsUsedAgain() throws {
      try Self.withServer { port in
        let client = try HTTPClient(port: port)
        for _ in 0..<3 {
          client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
          #expect(client.receive(until: "the page, prometheus\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        let both = client.receive(until: "the page, prometheus\n")
        #expect(both.contains("<a href") && both.hasSuffix("the page, prometheus\n"))
      }
    }

    @Test func failureOfALookIsAnError() throws {
      let failure = SockDiagError(.permissionDenied, operation: "list sockets", errno: EPERM)
      let answer = try Self.withServer(page: .failure(failure)) {
        try HTTPClient.answer(Self.request("GET /metrics"), port: $0)
      }
      #expect(answer.hasPrefix("HTTP/1.1 500 ") && answer.contains("the sockets cannot be read: "))
    }

    @Test func unixSocketIsServed() throws {
      let path = "/tmp/sockdiag-metrics-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
      let server = try MetricsHTTPServer(at: .unix(path: path)) { _, body in body(.success([])) }
      #expect(server.place == .unix(path: path))
      server.stop()
      _ = unsafe unlink(path)
    }

    // MARK: Hostile clients

    @Test func slowRequestIsCutOff() throws {
      var limits = MetricsServerLimits()
      limits.requestTime = .seconds(1)
      try Self.withServer(limits) { port in
        let client = try HTTPClient(port: port)
        client.send("GET /metrics HTTP/1.1\r\nX: ")
        let start = ContinuousClock.now
        // One byte now and then does not give it more time.
        var isOpen = true
        while isOpen, start.duration(to: .now) < .seconds(20) {
          isOpen = client.send("x")
          usleep(100_000)
        }
        #expect(!isOpen)
        #expect(start.duration(to: .now) < .seconds(10))
      }
    }

    @Test func longRequestIsCutOff() throws {
      try Self.withServer { port in
        let client = try HTTPClient(port: port)
        client.send("GET /metrics HTTP/1.1\r\nX: ")
        for _ in 0..<100 where client.send(String(repeating: "x", count: 1000)) { usleep(1000) }
        #expect(!client.receive().contains(" 200 "))
        #expect(try HTTPClient.answer(Self.request("GET /metrics"), port: port).hasPrefix("HTTP/1.1 200"))
      }
    }

    @Test func clientThatSendsItsRequestIsAnsweredBesideManyThatDoNot() throws {
      try Self.withServer { port in
        var crowd: [HTTPClient] = []
        for number in 0..<600 {
          let client = try HTTPClient(port: port)
          if number % 3 == 0 { client.send("GET /metr") }
          if number % 3 == 1 { client.send("\u{1}\u{2}\u{3}") }
          crowd.append(client)
        }
        for _ in 0..<20 {
          #expect(try HTTPClient.answer(Self.request("GET /metrics"), port: port).hasPrefix("HTTP/1.1 200"))
        }
        #expect(crowd.count == 600)
      }
    }
  }
#endif

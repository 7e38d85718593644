#if MetricsServer
  import SocketMetrics
  import Testing

  @testable import MetricsServer

  /// The format for what a client accepts.
  @Suite struct NegotiationTests {
    @Test(arguments: [
      // Prometheus 2.42.
      (
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
          + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", MetricsFormat.openMetrics
      ),
      ("text/plain;version=0.0.4", .prometheus), ("*/*", .prometheus), ("", .prometheus),
      ("text/html,application/xhtml+xml,*/*;q=0.8", .prometheus),
      ("application/openmetrics-text", .openMetrics),
      ("Application/OpenMetrics-Text ; Version=\"1.0.0\"", .openMetrics),
      // A version that is not written here.
      ("application/openmetrics-text;version=0.0.1", .prometheus),
      ("application/openmetrics-text;version=2.0.0,text/plain;q=0.1", .prometheus),
      ("application/openmetrics-text;version=1.0.0;q=0.3,text/plain;q=0.5", .prometheus),
      ("application/openmetrics-text;q=0", .prometheus),
    ])
    func formatIsTheOneThatTheClientPrefers(header: String, format: MetricsFormat) {
      #expect(Negotiation.format(accepting: [header]) == format)
    }

    @Test func severalHeadersAreOneList() {
      #expect(Negotiation.format(accepting: ["text/plain;q=0.5", "application/openmetrics-text"]) == .openMetrics)
    }
  }
#endif

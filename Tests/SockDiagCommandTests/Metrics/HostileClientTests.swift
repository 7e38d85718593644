#if MetricsServer
  import SocketLaboratory
  import SocketLaboratoryKit
  import Testing

  @testable import SockDiagCommand

  /// The server beside many clients that mean no good: it answers those that ask, and its memory does not grow.
  @Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
  struct HostileClientTests {
    @Test func scrapesAreAnsweredBesideHostileClients() async throws {
      let tool = try Tool.path
      let program = Fixture.path("../Tests/Support/Servers/hostile.py")
      let result = try await Laboratory.withNew { laboratory in
        try laboratory.namespace.run(["/usr/bin/python3", program, tool, "1000", "8"], timeout: .seconds(120))
      }
      #expect(result.status == 0 && result.errorText == "")
      let answer = try JSONValue(parsing: result.output)
      func number(_ name: String) throws -> Double {
        guard case .number(let number) = answer[name] else { throw Tool.Failure(what: "\(name): \(result.outputText)") }
        return number
      }
      #expect(try number("failures") == 0 && number("status") == 0)
      #expect(try number("scrapes") >= 5)
      #expect(try number("slowest") < 15, "\(result.outputText)")
      // The collector itself keeps about 600 bytes for each of their sockets, on both sides.
      #expect(try number("kib_highest") - number("kib_before") < 20_000, "\(result.outputText)")
    }
  }
#endif

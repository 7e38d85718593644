import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// The direction of sockets in tables and filters, beside real sockets.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct DirectionColumnTests {
  /// The rows of a table beside a listener and a connection, each with single blanks.
  private func rows(_ arguments: String...) async throws -> [String] {
    let tool = try Tool.path
    let result = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 1000))
      return try withExtendedLifetime(pair) { try laboratory.namespace.run([tool] + arguments) }
    }
    #expect(result.status == 0 && result.errorText == "")
    return result.outputText.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
  }

  @Test func columnNamesTheDirection() async throws {
    #expect(
      try await rows("list", "-ta", "--columns", "state,direction", "--sort", "direction") == [
        "State Direction", "listen listening", "established local", "established local",
      ])
  }

  @Test func filterSelectsByDirection() async throws {
    #expect(try await rows("list", "-t", "direction = listening").count == 2)
    #expect(try await rows("list", "-t", "direction != local", "--columns", "state") == ["State", "listen"])
    #expect(try await rows("list", "-t", "direction = inbound", "--columns", "state") == ["State"])
  }
}

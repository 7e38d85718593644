import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The output of `why` for each situation of the catalogue, word for word.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct WhyGoldenTests {
  private static var schema: JSONSchema {
    get throws {
      try JSONSchema(named: "why")
    }
  }

  @Test(arguments: BindSituation.all) func outputEqualsTheGolden(_ situation: BindSituation) async throws {
    let golden = try? Fixture.read("why/\(situation).txt")
    var transcript = try await WhyTranscript.record(situation)
    // Tests run in parallel in one process, and a child that one of them is starting holds a copy of each descriptor.
    for _ in 0..<3 where golden != nil && transcript.text != golden {
      transcript = try await WhyTranscript.record(situation)
    }
    try Fixture.expect(transcript.text, toBe: "why/\(situation).txt")
    try Fixture.expect(try transcript.prettyDocuments, toBe: "why/\(situation).json")
    let schema = try Self.schema
    for document in transcript.documents { #expect(schema.violations(of: try JSONValue(parsing: document)) == []) }
  }

  @Test func schemaRefusesInvalidAnswers() throws {
    let schema = try Self.schema
    let wrong = """
      {"verdict":"maybe","diagnoses":[{"protocol":"tcp","address":"::1","port":70000,"uid":0,"options":["SO_X"],
      "sockets":[{"use":"unknown","surprise":1}],"remedies":[{"kind":"pray"}]}]}
      """
    let found = schema.violations(of: try JSONValue(parsing: wrong.utf8))
    for place in [
      ".verdict enum", ".port maximum", ".options[0] enum", ".use enum", "surprise is not described", ".kind enum",
      "bind is missing",
    ] {
      #expect(found.contains { $0.contains(place) }, "\(place)")
    }
  }
}

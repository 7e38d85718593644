import FoundationEssentials
import Testing

@testable import SockDiagCommand

/// The README and the articles: their commands can be typed, and their outputs are those that tests record.
struct ReadmeTests {
  private static let readme = "../README.md"
  private static let pages = [
    readme, "../Sources/BindDiagnosis/BindDiagnosis.docc/Address-already-in-use.md",
    "../Sources/SockDiag/SockDiag.docc/Architecture.md", "../Sources/HostFindings/HostFindings.docc/HostFindings.md",
    "../Sources/BindDiagnosis/BindDiagnosis.docc/BindDiagnosis.md", "../Sources/SockDiag/SockDiag.docc/SockDiag.md",
    "../Sources/SockDiag/SockDiag.docc/Network-namespaces.md",
  ]

  private static func text(_ page: String) throws -> String { String(decoding: try Fixture.read(page), as: UTF8.self) }

  @Test(arguments: pages) func everyCommandCanBeTyped(_ page: String) throws {
    let commands = try DocumentedCommand.all(in: page).filter { !$0.isPattern }
    if page == Self.readme { #expect(commands.count > 35) }
    for command in commands {
      #expect(throws: Never.self, "\(command)") { try command.parse() }
    }
  }

  @Test func everyOutputIsRecordedByATest() throws {
    let goldens = try Self.goldens
    let parts = try Self.text(Self.readme).split(separator: "```", omittingEmptySubsequences: false)
    let blocks = parts.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map { $0.element.drop { $0 != "\n" } }
    let outputs = blocks.filter { $0.hasPrefix("\n$ sockdiag") }
    #expect(outputs.count >= 2)
    for output in outputs {
      // An ellipsis marks omitted lines; the text between is word for word, and in order.
      let pieces = output.dropFirst().split(separator: "…\n")
      let isRecorded = goldens.contains { golden in
        var rest = golden[...]
        for piece in pieces {
          guard let found = rest.firstRange(of: piece) else { return false }
          rest = rest[found.upperBound...]
        }
        // An output that does not end with an ellipsis is whole.
        return output.hasSuffix("…\n") || rest.isEmpty || rest.hasPrefix("\n$ ")
      }
      #expect(isRecorded, "\(output)")
    }
  }

  private static var goldens: [String] {
    get throws {
      try ["questions", "why"].flatMap { folder in
        try FileManager.default.contentsOfDirectory(atPath: Fixture.path(folder)).filter { $0.hasSuffix(".txt") }.map {
          try text("\(folder)/\($0)")
        }
      }
    }
  }

  @Test func everyLinkLeadsToAFile() throws {
    let links = try Self.text(Self.readme).matches(of: /\]\(([^)#]+)\)/).map { String($0.1) }
    #expect(links.count >= 5)
    for link in links where !link.contains("://") {
      #expect(FileManager.default.fileExists(atPath: Fixture.path("../" + link)), "\(link)")
    }
  }

  /// The commands that people copy first have to be found by `.ci/run`.
  @Test func headingsThatScriptsReadAreThere() throws {
    let lines = try Self.text(Self.readme).split(separator: "\n")
    let script = try Self.text("../.ci/run")
    let headings = script.matches(of: /readme_command "([^"]+)"/).map { "## \($0.1)" }
    #expect(headings.count == 2)
    for heading in headings { #expect(lines.contains { $0 == heading }, "\(heading)") }
  }
}

import Testing

@testable import SockDiagCommand

/// The pages of `--help`.
struct HelpPageTests {
  private static let names: [String?] = [nil] + Subcommand.names

  private func page(_ name: String?, width: Int = 80) -> String {
    HelpPage.text(of: name.flatMap(Subcommand.named), Terminal(showsColour: false, width: width, isTerminal: true))
  }

  @Test(arguments: names) func pageFits80Columns(_ name: String?) {
    for line in page(name).split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
  }

  @Test(arguments: names) func pageIsNotWiderOnAWideTerminal(_ name: String?) {
    #expect(page(name, width: 200) == page(name))
  }

  @Test func generalHelpOpensWithThreeExamples() throws {
    let lines = page(nil).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.prefix(3).allSatisfy { $0.hasPrefix("  sockdiag") })
    #expect(lines.dropFirst(3).first == "")
  }

  @Test func generalHelpNamesEverySubcommandAndStatus() {
    let text = page(nil)
    for name in Subcommand.names { #expect(text.contains("\n  \(name) ")) }
    for status in Status.allCases { #expect(text.contains("\n  \(status.rawValue) ")) }
  }

  /// Further lines of an item are indented as its text is.
  @Test func itemsOfAListKeepTheirIndentation() throws {
    let lines = page(nil).split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex(of: "EXIT STATUS"))
    let items = lines[start...].dropFirst().prefix { !$0.isEmpty }
    #expect(items.count >= Status.allCases.count)
    for line in items { #expect(line.hasPrefix("  ")) }
  }

  @Test(arguments: Subcommand.names) func pageOfASubcommandHasItsUsageAndOptions(_ name: String) {
    let text = page(name)
    #expect(text.contains("\nUSAGE: sockdiag \(name)"))
    #expect(text.contains("\n  -h, --help"))
  }

  @Test func helpOptionAndHelpShowTheSamePage() throws {
    for name in Subcommand.names {
      let pages = [[name, "--help"], [name, "-h"], ["help", name]].compactMap { words -> String? in
        guard case .page(let text) = try? SockDiagTool.parse(words) else { return nil }
        return text
      }
      #expect(pages.count == 3 && Set(pages).count == 1, "\(name)")
    }
  }
}

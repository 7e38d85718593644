import FoundationEssentials
import Testing

@testable import SockDiagCommand

/// The manual pages that `install` makes.
@Suite struct ManualTests {
  @Test func everySubcommandHasAPage() throws {
    let files = try ManualPage.all().map(\.file)
    #expect(files == ["sockdiag.1"] + Subcommand.all.map { "sockdiag-\($0.name).1" })
  }

  @Test(.enabled(if: Shells.has("/usr/bin/mandoc"), "needs mandoc")) func pagesPassTheLinter() async throws {
    try await TemporaryFolder.with { folder in
      for page in try ManualPage.all() {
        try Data(page.text.utf8).write(to: URL(filePath: folder + "/" + page.file))
        let lint = try Shells.run(["/usr/bin/mandoc", "-T", "lint", "-W", "warning", folder + "/" + page.file])
        #expect(lint.text == "" && lint.errors == "")
      }
    }
  }

  @Test(.enabled(if: Shells.has("/usr/bin/mandoc"), "needs mandoc")) func pageShowsOptionsAndExitStatuses() async throws
  {
    let page = try #require(try ManualPage.all().first { $0.file == "sockdiag-check.1" })
    let text = try await TemporaryFolder.with { folder in
      try Data(page.text.utf8).write(to: URL(filePath: folder + "/page.1"))
      return try Shells.run(["/usr/bin/mandoc", "-T", "ascii", "-O", "width=78", folder + "/page.1"]).text
    }
    let plain = Self.withoutOverstrikes(text)
    for line in plain.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    for part in [
      "sockdiag check [options]", "--interval seconds", "-q, --quiet", "EXIT STATUS", "0       nothing wrong",
    ] {
      #expect(plain.contains(part), "\(part)")
    }
  }

  @Test func markupInTextIsEscaped() {
    var page = Roff()
    page.paragraph(".not a macro. 'quoted' \\ and --option. Next")
    #expect(page.text == "\\&.not a macro. \\(aqquoted\\(aq \\e and \\-\\-option.\nNext\n")
  }

  @Test func helpIsDividedIntoSections() {
    let help = ManualHelp(
      """
      EXAMPLES
        sockdiag check    looks

      It looks twice.

      Exit status: 0 free; 1 in use.

      RULES
        one: the first
          and more.
      """)
    var page = Roff()
    help.appendDescription(to: &page)
    #expect(page.text == ".Pp\nIt looks twice.\n")
    page = Roff()
    help.appendSections(to: &page)
    #expect(
      page.text.split(separator: "\n").filter { $0.hasPrefix(".Sh") || $0.hasPrefix(".It") } == [
        ".Sh RULES", ".It Li \"\\&one\"", ".Sh EXIT STATUS", ".It Li \"\\&0\"", ".It Li \"\\&1\"", ".Sh EXAMPLES",
        ".It Li \"\\&sockdiag check\"",
      ])
    #expect(page.text.contains("the first and more.\n"))
  }

  /// mandoc prints bold letters as a letter, a backspace and the letter.
  private static func withoutOverstrikes(_ text: String) -> String {
    var result: [Character] = []
    for character in text {
      if character == "\u{8}" { _ = result.popLast() } else { result.append(character) }
    }
    return String(result)
  }
}

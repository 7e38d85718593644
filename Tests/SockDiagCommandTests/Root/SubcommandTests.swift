import ArgumentParser
import Testing

@testable import SockDiagCommand

/// The list of the subcommands.
struct SubcommandTests {
  @Test func namesAreThoseOfTheTypes() {
    for subcommand in Subcommand.all { #expect(subcommand.type._commandName == subcommand.name) }
  }

  @Test func standardSubcommandIsInTheList() {
    #expect(Subcommand.named(Subcommand.standard.name)?.type == Subcommand.standard.type)
  }

  @Test func subcommandsWithAFilterAreListedAsSuch() {
    for subcommand in Subcommand.all {
      #expect((subcommand.selection != nil) == (subcommand.type is any TakesFilter.Type), "\(subcommand.name)")
      #expect((subcommand.quick != nil) == (subcommand.type is any QuickCommand.Type), "\(subcommand.name)")
    }
  }

  @Test func everySubcommandCanBeParsedByItself() throws {
    for subcommand in Subcommand.all {
      guard case .page(let text) = try SockDiagTool.parse([subcommand.name, "--help"]) else {
        Issue.record("\(subcommand.name) --help is not a page")
        continue
      }
      #expect(text.contains("sockdiag \(subcommand.name)"))
    }
  }
}

internal import ArgumentParser
internal import FoundationEssentials

/// The commands and their arguments, as the argument parser describes them.
///
/// The parser's package has a plugin that makes manual pages, but a plugin runs only where the sources are. `install` makes
/// the pages from the binary alone, so they always fit it. The plugin also joins the lines of tables and examples.
struct CommandTree: Decodable {
  struct Command: Decodable {
    var commandName: String
    var abstract: String?
    var discussion: String?
    var arguments: [Argument]?
    var subcommands: [Command]?
    var shouldDisplay: Bool?
  }

  struct Argument: Decodable {
    enum Kind: String, Decodable { case positional, option, flag }

    struct Name: Decodable {
      enum Kind: String, Decodable { case long, short, longWithSingleDash }
      var kind: Kind
      var name: String
    }

    var kind: Kind
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var abstract: String?
    var discussion: String?
    var sectionTitle: String?
    var shouldDisplay: Bool?
    var isOptional: Bool?
    var isRepeating: Bool?
  }

  var command: Command

  /// The tree of this command.
  static func ofThisCommand() throws(CommandFailure) -> CommandTree {
    do {
      return try JSONDecoder().decode(CommandTree.self, from: Data(Sockdiag._dumpHelp().utf8))
    } catch {
      throw CommandFailure(.system, "the argument parser describes the command in an unknown form: \(error)")
    }
  }
}

internal import ArgumentParser

/// A subcommand: its name and the type that parses its options.
struct Subcommand: Sendable {
  let name: String
  let type: any ParsableCommand.Type

  init(_ name: String, _ type: any ParsableCommand.Type) {
    self.name = name
    self.type = type
  }
}

/// Subcommands with one use, for the help.
struct SubcommandGroup: Sendable {
  let title: String
  let members: [Subcommand]

  init(_ title: String, _ members: [Subcommand]) {
    self.title = title
    self.members = members
  }
}

extension Subcommand {
  /// All subcommands, in the order of the help. A new one is added here and nowhere else.
  ///
  /// The names stand here, because deriving them from the types costs a third of a short command's time.
  static let groups: [SubcommandGroup] = [
    SubcommandGroup(
      "A port",
      [
        Subcommand("why", Why.self), Subcommand("free", Free.self), Subcommand("kill", Kill.self),
        Subcommand("wait", Wait.self),
      ]),
    SubcommandGroup(
      "Sockets",
      [
        Subcommand("listeners", Listeners.self), Subcommand("list", List.self), Subcommand("events", Events.self),
        Subcommand("destroy", Destroy.self),
      ]),
    SubcommandGroup("The host", [Subcommand("check", Check.self), Subcommand("bench", Bench.self)]),
    SubcommandGroup("Captures", [Subcommand("record", Record.self), Subcommand("decode", Decode.self)]),
    SubcommandGroup("Learning", [Subcommand("demo", Demo.self)]),
  ]

  static var all: [Subcommand] { groups.flatMap(\.members) }
  static var names: [String] { all.map(\.name) }

  static func named(_ name: String) -> Subcommand? {
    for group in groups {
      if let member = group.members.first(where: { $0.name == name }) { return member }
    }
    return nil
  }

  /// The subcommand that runs if none is named.
  static var standard: Subcommand { Subcommand("listeners", Listeners.self) }
}

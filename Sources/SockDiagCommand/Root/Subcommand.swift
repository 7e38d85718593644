internal import ArgumentParser

/// A subcommand: its name and the type that parses its options.
struct Subcommand: Sendable {
  let name: String
  let type: any ParsableCommand.Type
  /// The options that choose sockets, where the subcommand takes a filter.
  let selection: (@Sendable (any ParsableCommand) -> SelectionOptions?)?
  /// Parses flags and a filter without the argument parser; see ``QuickLine``.
  let quick: (@Sendable ([String]) -> (any ParsableCommand)?)?

  init(_ name: String, _ type: any ParsableCommand.Type) {
    (self.name, self.type) = (name, type)
    (selection, quick) = (nil, nil)
  }

  // To ask a type for its protocols at runtime would cost a search of all types.
  init<Command: TakesFilter>(_ name: String, filtering type: Command.Type) {
    (self.name, self.type) = (name, type)
    selection = { ($0 as? Command)?.selection }
    quick = nil
  }

  init<Command: QuickCommand>(_ name: String, quick type: Command.Type) {
    (self.name, self.type) = (name, type)
    selection = { ($0 as? Command)?.selection }
    quick = { QuickLine.parse($0, as: type) }
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
      "Ports",
      [
        Subcommand("why", Why.self), Subcommand("free", Free.self), Subcommand("kill", Kill.self),
        Subcommand("wait", Wait.self),
      ]),
    SubcommandGroup(
      "Sockets",
      [
        Subcommand("listeners", quick: Listeners.self), Subcommand("list", quick: List.self),
        Subcommand("watch", filtering: Watch.self), Subcommand("stats", filtering: Stats.self),
        Subcommand("events", filtering: Events.self),
        Subcommand("destroy", filtering: Destroy.self),
      ]),
    SubcommandGroup(
      "Host",
      [
        Subcommand("check", Check.self), Subcommand("metrics", filtering: Metrics.self),
        Subcommand("capabilities", ShowCapabilities.self), Subcommand("bench", Bench.self),
      ]),
    SubcommandGroup(
      "Captures", [Subcommand("record", filtering: Record.self), Subcommand("decode", filtering: Decode.self)]),
    SubcommandGroup("Learning", [Subcommand("demo", Demo.self)]),
    SubcommandGroup(
      "This command", [Subcommand("install", Install.self), Subcommand("uninstall", Uninstall.self)]),
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
  static var standard: Subcommand { Subcommand("listeners", quick: Listeners.self) }
}

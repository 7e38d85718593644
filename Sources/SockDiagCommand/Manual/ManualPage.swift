/// A manual page in the language mdoc, made from the help of a command.
struct ManualPage {
  /// The file, in the folder of section 1: `sockdiag-why.1`.
  let file: String
  let text: String

  /// The date that the pages bear: that of the version, so that the same sources make the same pages.
  static let date = "November 30, 2026"

  /// The pages of the command and of all subcommands.
  static func all() throws(CommandFailure) -> [ManualPage] {
    let tree = try CommandTree.ofThisCommand()
    // The parser adds a subcommand `help`, which needs no page.
    let subcommands = (tree.command.subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
    let root = tree.command.commandName
    return [ManualPage(of: tree.command, root: nil, subcommands)]
      + subcommands.map { ManualPage(of: $0, root: root, []) }
  }

  private init(of command: CommandTree.Command, root: String?, _ subcommands: [CommandTree.Command]) {
    let title = root.map { "\($0)-\(command.commandName)" } ?? command.commandName
    let spelt = root.map { "\($0) \(command.commandName)" } ?? command.commandName
    let help = ManualHelp(command.discussion ?? "")
    var page = Roff()
    page.macro("Dd", [Self.date])
    page.macro("Dt", [title.uppercased(), "1"])
    page.macro("Os", ["sockdiag", Sockdiag.version])
    page.macro("Sh", ["NAME"])
    page.macro("Nm", [title])
    page.macro("Nd", [Self.withoutStop(command.abstract ?? "sockets of Linux")])
    page.macro("Sh", ["SYNOPSIS"])
    Self.appendSynopsis(of: command, spelt, hasSubcommands: !subcommands.isEmpty, to: &page)
    page.macro("Sh", ["DESCRIPTION"])
    if let abstract = command.abstract { page.paragraph(abstract) }
    help.appendDescription(to: &page)
    if !subcommands.isEmpty { Self.append(subcommands, to: &page) }
    Self.appendOptions(of: command, to: &page)
    help.appendSections(to: &page)
    if root == nil { Self.appendExamples(to: &page) }
    page.macro("Sh", ["SEE ALSO"])
    let others = root.map { [$0] } ?? subcommands.map { "\(command.commandName)-\($0.commandName)" }.sorted()
    for name in others { page.line(".Xr \(name) 1 ,") }
    page.line(".Xr ss 8")
    (file, text) = (title + ".1", page.text)
  }

  private static func withoutStop(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }

  private static func appendSynopsis(
    of command: CommandTree.Command, _ spelt: String, hasSubcommands: Bool, to page: inout Roff
  ) {
    page.macro("Nm", [spelt])
    page.line(".Op Ar options")
    let arguments = (command.arguments ?? []).filter { $0.kind == .positional && $0.shouldDisplay != false }
    for argument in arguments {
      let dots = argument.isRepeating == true ? " ..." : ""
      let value = "Ar \(Roff.argument(argument.valueName ?? "value"))\(dots)"
      page.line(argument.isOptional == true ? ".Op \(value)" : ".\(value)")
    }
    if hasSubcommands {
      page.macro("Nm", [spelt])
      page.line(".Ar subcommand")
      page.line(".Op Ar options")
    }
  }

  private static func append(_ subcommands: [CommandTree.Command], to page: inout Roff) {
    page.macro("Sh", ["SUBCOMMANDS"])
    page.line(".Bl -tag -width Ds")
    for subcommand in subcommands {
      page.line(".It Ic \(Roff.argument(subcommand.commandName))")
      page.paragraph(subcommand.abstract ?? "")
    }
    page.line(".El")
  }

  /// The examples with which the help of the tool begins.
  private static func appendExamples(to page: inout Roff) {
    page.macro("Sh", ["EXAMPLES"])
    page.line(".Bl -tag -width Ds")
    for (command, meaning) in HelpPage.examples {
      page.line(".It Li \(Roff.argument(command))")
      page.paragraph(meaning)
    }
    page.line(".El")
  }

  /// The options by their sections. Those without a section come first, with --version and --help at their end.
  private static func appendOptions(of command: CommandTree.Command, to page: inout Roff) {
    let shown = (command.arguments ?? []).filter { $0.shouldDisplay != false }
    guard !shown.isEmpty else { return }
    page.macro("Sh", ["OPTIONS"])
    var titles: [String] = []
    for argument in shown where !titles.contains(argument.sectionTitle ?? "") {
      titles.append(argument.sectionTitle ?? "")
    }
    for title in titles.sorted(by: { $0.isEmpty && !$1.isEmpty }) {
      if !title.isEmpty { page.macro("Ss", [title]) }
      page.line(".Bl -tag -width Ds")
      for argument in shown where (argument.sectionTitle ?? "") == title { append(argument, to: &page) }
      page.line(".El")
    }
  }

  private static func append(_ argument: CommandTree.Argument, to page: inout Roff) {
    let value = argument.kind == .flag ? "" : " Ar \(Roff.argument(argument.valueName ?? "value"))"
    let names = (argument.names ?? []).sorted { $0.kind == .short && $1.kind != .short }
    let spelt = names.map { "Fl \(Roff.argument(($0.kind == .long ? "-" : "") + $0.name))" }.joined(separator: " , ")
    page.line(".It \(spelt.isEmpty ? String(value.dropFirst()) : spelt + value)")
    page.paragraph(argument.abstract ?? "")
    if let discussion = argument.discussion { ManualHelp(discussion).appendDescription(to: &page) }
    if let standard = argument.defaultValue, !standard.isEmpty { page.paragraph("The default is \(standard).") }
  }
}

internal import SockDiagWire

/// An option that a subcommand does not have: misspelt, of another subcommand, or a habit from `ss`, `netstat`, `lsof`,
/// `fuser` or `kill`.
struct ForeignOption {
  private let option: String
  private let subcommand: Subcommand
  private let words: [String]
  /// The command line without the option.
  private let rest: [String]

  init(_ option: String, of subcommand: Subcommand, _ words: [String]) {
    (self.option, self.subcommand, self.words) = (option, subcommand, words)
    rest = words.without(option: option)
  }

  /// What to type instead; `nil` if nothing better is known than the help.
  var suggestion: String? { habit ?? misspelt ?? otherSubcommand ?? withoutIt }

  private var port: String? { words.first { !$0.hasPrefix("-") && PortShorthand.isPort($0) } }

  private var isListing: Bool { ["listeners", "list"].contains(subcommand.name) }

  // MARK: Habits

  private var habit: String? {
    if let lsof = LsofHabit(words)?.suggestion { return lsof }
    if let port = port ?? LsofHabit.port(in: words), let line = ofPort(port) { return line }
    return (isListing ? ofList : nil) ?? ofAny
  }

  /// Options of tools that take a port.
  private func ofPort(_ port: String) -> String? {
    switch option {
    case "-k", "--kill":
      OfferedLine.first(["kill", port]).map { "\($0) ends the processes that hold the port" }
    case "-9", "-KILL", "-SIGKILL": OfferedLine.first(["kill", port, "--signal", "KILL"])
    case "-f" where subcommand.name == "kill", "--force" where subcommand.name == "kill":
      OfferedLine.first(["kill", port, "--yes"]).map { "\($0) asks no question" }
    case "-15", "-TERM": OfferedLine.first(["kill", port])
    case "-p", "--port", "-P": OfferedLine.first([subcommand.name, port])
    case "-i" where subcommand.name == "why":
      OfferedLine.first(["list", "-ai", "sport", "=", Self.service(port)]).map {
        "\($0) shows the sockets of the port, and 'sockdiag why \(port)' what holds it"
      }
    case "-l", "-a", "-e", "-m", "-o", "--all", "--listening": listed(port)
    case "-n" where subcommand.name == "why": listed(port)
    default: nil
    }
  }

  private func listed(_ port: String) -> String? {
    OfferedLine.first(["list", option, "sport", "=", Self.service(port)]).map { "\($0) lists the sockets of the port" }
  }

  /// A port as a filter writes it.
  private static func service(_ port: String) -> String {
    ":\(port.split(separator: "/").first?.split(separator: ":").last.map(String.init) ?? port)"
  }

  /// Options of `ss` and `netstat` for lists.
  private var ofList: String? {
    switch option {
    case "-K", "--kill": OfferedLine.first(["destroy"] + rest, ["destroy", "--help"]).map { "\($0) closes sockets" }
    case "-E", "--events":
      OfferedLine.first(["events"] + rest, ["events"]).map { "\($0) shows sockets as they close" }
    case "-D", "--diag": OfferedLine.first(["record"] + rest, ["record", "--help"]).map { "\($0) writes a capture" }
    case "-T", "--threads":
      OfferedLine.first(["list", "-p"] + rest).map { "\($0) shows the processes, whose threads share their sockets" }
    case "--tos", "--cgroup", "--inet-sockopt":
      OfferedLine.first(["list", "-e"] + rest).map { "\($0) shows it" }
    case "-v", "--verbose": OfferedLine.first(["list", "-eim"] + rest).map { "\($0) shows all details" }
    case "-P": OfferedLine.first(self.line(rest)).map { "ports are shown as numbers: \($0)" }
    case "-c", "--continuous", "--watch":
      OfferedLine.first(["watch"] + rest, ["watch"]).map { "\($0) shows sockets as they change" }
    case "-Z", "--context", "-z", "--contexts": "'ss -Z' shows SELinux labels"
    case "--bpf-map-id":
      OfferedLine.first(["list", "-b"] + rest, ["list", "-b"]).map { "\($0) shows the values of all maps" }
    case "--tipcinfo": OfferedLine.first(["list", "-i", "--tipc"] + rest).map { "\($0) shows it" }
    case "-g", "--groups": "'ip maddress' shows multicast groups"
    case "--route": "'ip route' shows routes"
    case "--interfaces": "'ip -s link' shows interfaces"
    case "--statistics": OfferedLine.first(["list", "-s"] + rest)
    case "-k": "'sockdiag kill --help' says how to end the processes that hold a port"
    default: nil
    }
  }

  /// Options of many tools.
  private var ofAny: String? {
    switch option {
    case "-?", "-help", "--usage": help
    case "-H" where !isListing: help
    case "--format", "--output":
      OfferedLine.first(line(rest.filter { $0 != "json" } + ["--json"]), [subcommand.name, "--help"])
    case "-f" where subcommand.name == "destroy", "--force" where subcommand.name == "destroy":
      OfferedLine.first(line(["--yes"] + rest))
    case "--quiet", "-q", "--silent": OfferedLine.first(line(rest)).map { "leave it out: \($0)" }
    default: nil
    }
  }

  private var help: String { "see 'sockdiag \(subcommand.name) --help'" }

  // MARK: All options

  /// The long option with the nearest name.
  private var misspelt: String? {
    guard option.hasPrefix("--") else { return nil }
    let near = NearestNames.of(String(option.dropFirst(2)), among: OptionNames.long(of: subcommand))
    guard let name = near.first else { return nil }
    let corrected = words.map { word in
      word == option ? "--\(name)" : word.hasPrefix("\(option)=") ? "--\(name)" + word.dropFirst(option.count) : word
    }
    guard let line = OfferedLine.first(line(corrected)) else {
      return "did you mean '--\(name)'? See 'sockdiag \(subcommand.name) --help'"
    }
    return "did you mean \(line)?"
  }

  /// Another subcommand that has the option.
  private var otherSubcommand: String? {
    for other in Subcommand.all where other.name != subcommand.name {
      let has =
        option.hasPrefix("--")
        ? OptionNames.long(of: other).contains(String(option.dropFirst(2)))
        : OptionNames.short(of: other).contains(option)
      guard has, let line = OfferedLine.first([other.name] + words) else { continue }
      return "\(line) has it"
    }
    return nil
  }

  private var withoutIt: String? {
    guard !rest.isEmpty || isListing, let line = OfferedLine.first(line(rest)) else { return nil }
    return "leave it out: \(line)"
  }

  /// The words of a line of this subcommand.
  private func line(_ words: [String]) -> [String] {
    // Without a subcommand, a port means `why`, and everything else means listeners.
    let isShort = subcommand.name == (PortShorthand.isQuestion(words) ? "why" : Subcommand.standard.name)
    return isShort ? words : [subcommand.name] + words
  }
}

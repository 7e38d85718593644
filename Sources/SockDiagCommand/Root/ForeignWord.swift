internal import SockDiagWire

/// A word where a subcommand is expected, and that names none.
struct ForeignWord {
  private let word: String
  /// The other words of the command line, in their order.
  private let others: [String]

  init(_ word: String, in words: [String]) {
    self.word = word
    var others = words
    if let index = others.firstIndex(of: word) { others.remove(at: index) }
    self.others = others
  }

  /// The error, which leads to the command that was probably meant.
  var failure: CommandFailure { .usage("'\(Self.shown(word))' is not a subcommand; \(suggestion)") }

  private var suggestion: String {
    if let named = Subcommand.named(word) {
      // After an option.
      let line = OfferedLine.first([named.name] + others, [named.name, "--help"])
      if let line { return "write it before the options: \(line)" }
    }
    if let line = synonym { return "did you mean \(line)?" }
    let near = NearestNames.of(word, among: Subcommand.names)
    if !near.isEmpty {
      let lines = near.compactMap { OfferedLine.first([$0] + others, [$0], [$0, "--help"]) }
      return "did you mean \(lines.joined(separator: " or "))?"
    }
    if let line = cluster { return "options begin with a hyphen: \(line)" }
    if let line = OfferedLine.first(["list", "state", word.lowercased()] + others) {
      return "\(line) shows sockets in that state"
    }
    if let line = program { return "\(line) shows the sockets of a program, and 'sockdiag --help' the subcommands" }
    return "'sockdiag --help' lists them"
  }

  /// The names of other tools and of habits, with the subcommand that does it here.
  private static let synonyms: [(words: [String], line: [String])] = [
    (["port", "ports", "who", "whois", "inspect", "explain", "diagnose", "test", "fuser", "lsof", "find"], ["why"]),
    (["killport", "kill-port", "free-port", "stop", "end", "terminate", "pkill", "fkill"], ["kill"]),
    (["freeport", "get-port", "getport", "find-port", "random-port", "unused"], ["free"]),
    (["wait-for", "waitfor", "wait-on", "until"], ["wait"]),
    (["ss", "netstat", "show", "ls", "connections", "sockets", "conn", "all", "dump", "status", "top"], ["list"]),
    (["listening", "listener", "servers", "open"], ["listeners"]),
    (["close", "reset", "drop", "tcpkill", "rst"], ["destroy"]),
    (["monitor", "follow", "tail", "log", "conntrack"], ["events"]), (["top", "live"], ["watch"]),
    (["doctor", "health", "lint", "verify", "problems"], ["check"]),
    (["caps", "features", "modules", "kernel", "probe"], ["capabilities"]),
    (["capture", "save", "tcpdump", "snapshot"], ["record"]),
    (["read", "replay", "load", "parse"], ["decode"]),
    (["benchmark", "perf", "speed"], ["bench"]),
    (["example", "examples", "learn", "tutorial", "try"], ["demo"]),
    (["stat", "statistics", "sum", "group"], ["stats"]),
    (["summary", "count", "counts"], ["list", "-s"]),
    (["version"], ["--version"]),
    (["usage", "man", "?", "/?"], ["--help"]),
  ]

  private var synonym: String? {
    let word = word.lowercased()
    if ["tcp", "udp"].contains(word) {
      // The order of fuser: -n tcp 8080.
      let port = others.first(where: PortShorthand.isPort)
      return OfferedLine.first(port.map { ["why", "\($0)/\(word)"] } ?? ["list", "-\(word.prefix(1))"] + others)
    }
    guard let line = Self.synonyms.first(where: { $0.words.contains(word) })?.line else { return nil }
    let port = others.first(where: PortShorthand.isPort).map { [$0] } ?? []
    return OfferedLine.first(line + others, line + port, line, line + ["--help"])
  }

  /// Letters of options that lack their hyphen: `tulpn`.
  private var cluster: String? {
    guard word.count > 1, word.utf8.allSatisfy({ "tulpnaeimo46".utf8.contains($0) }) else { return nil }
    return OfferedLine.first(["-\(word)"] + others)
  }

  private var program: String? {
    guard word.utf8.first.map({ $0 != UInt8(ascii: "-") }) == true, !word.contains("/") else { return nil }
    return OfferedLine.first(["list", "-ap", "comm", "=", word])
  }

  private static func shown(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.appendVisible(text.utf8)
    return String(decoding: bytes, as: UTF8.self)
  }
}

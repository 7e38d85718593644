internal import SockDiagWire

/// An argument or a value that a subcommand does not take.
struct ForeignArgument {
  private let fault: String
  private let subcommand: Subcommand
  private let words: [String]

  init(_ fault: String, of subcommand: Subcommand, _ words: [String]) {
    (self.fault, self.subcommand, self.words) = (fault, subcommand, words)
  }

  /// What to type instead; `nil` if nothing better is known than the help.
  var suggestion: String? { ofFamily ?? ofMissingPort ?? ofSurplus }

  /// A family of `ss -f` or `ss -A` that is not read.
  private var ofFamily: String? {
    guard subcommand.type is any TakesFilter.Type,
      let index = words.firstIndex(where: { $0.hasSuffix("f") && $0.hasPrefix("-") || $0 == "--family" }),
      index + 1 < words.count
    else { return nil }
    let family = words[index + 1].lowercased()
    switch family {
    case "packet": return line(replacing: index + 1, "link")
    case "ipv4", "ip", "4", "v4", "inet4": return line(replacing: index + 1, "inet")
    case "ipv6", "ip6", "6", "v6": return line(replacing: index + 1, "inet6")
    case "tcp", "udp":
      var others = words
      others.removeSubrange(index...index + 1)
      return OfferedLine.first([subcommand.name, "-\(family.prefix(1))"] + others)
    default:
      let near = NearestNames.of(family, among: ListedFamily.allCases.map(\.rawValue))
      return near.first.flatMap { line(replacing: index + 1, $0) }
    }
  }

  private func line(replacing index: Int, _ word: String) -> String? {
    var words = words
    words[index] = word
    return OfferedLine.first([subcommand.name] + words)
  }

  private var ofMissingPort: String? {
    guard fault.hasPrefix("missing expected argument"), fault.contains("port"),
      !words.contains(where: PortShorthand.isPort)
    else { return nil }
    return OfferedLine.first([subcommand.name, "8080"] + words, [subcommand.name, "8080"]).map { "an example: \($0)" }
  }

  /// Arguments after those that it takes.
  private var ofSurplus: String? {
    guard fault.contains("unexpected argument") else { return nil }
    let surplus = words.filter { !$0.hasPrefix("-") }
    guard let port = surplus.first(where: PortShorthand.isPort) else {
      return OfferedLine.first([subcommand.name] + words.filter { $0.hasPrefix("-") })
    }
    let options = words.filter { $0.hasPrefix("-") }
    return OfferedLine.first([subcommand.name, port] + options).map { "it takes one port: \($0)" }
  }
}

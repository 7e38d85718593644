/// The figures of a socket: how `ss` prints each, and the library's value.
package enum SSFigures {
  /// The figures of a row of `ss` that differ from the library's.
  ///
  /// - Parameters:
  ///   - ours: The library's figures, by the names that `ss` gives them.
  ///   - details: What `ss` prints after the columns.
  ///   - elapsed: The time between the two dumps, during which clocks run; `nil` if both come from the same dump. Then
  ///     all figures of `ss` must be known.
  ///   - compared: Counts the figures that were compared.
  package static func differences(
    _ ours: [String: String], _ details: some StringProtocol, within elapsed: Duration?, _ compared: inout [String: Int]
  ) -> [String] {
    var found: [String] = []
    for (name, value) in figures(details) {
      guard let wanted = ours[name] else {
        if elapsed != nil || computed.contains(name) { continue }
        found.append("\(name): absent, ss says \(value)")
        continue
      }
      compared[name, default: 0] += 1
      // Clocks run between the two dumps.
      let slack = elapsed.map { moving.contains(name) ? $0 / .milliseconds(1) + 10 : 0 } ?? 0
      if let number = Double(value), let wantedNumber = Double(wanted) {
        // `%g` prints six digits.
        if abs(number - wantedNumber) > max(slack, abs(number) * 1e-5) {
          found.append("\(name): \(wanted), ss says \(value)")
        }
      } else if value != wanted {
        if elapsed != nil, moving.contains(name) { continue }
        found.append("\(name): \(wanted), ss says \(value)")
      }
    }
    return found
  }

  private static let moving: Set = [
    "lastsnd", "lastrcv", "lastack", "busy", "rwnd_limited", "sndbuf_limited", "timer.time",
  ]

  /// Figures that `ss` derives from others.
  private static let computed: Set = ["send"]

  // MARK: Theirs

  /// Reads the words that `ss` prints after the columns.
  package static func figures(_ details: some StringProtocol) -> [String: String] {
    var figures: [String: String] = [:]
    var words = String(details).split(separator: " " as Character).map(String.init)[...]
    while let word = words.popFirst() {
      let prefix = word.prefix { $0 != ":" && $0 != "(" }
      if word.hasSuffix(")"), let start = word.firstRange(of: ":(") {
        let items = word[start.upperBound...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
        readItems(String(prefix), items.map(String.init), into: &figures)
      } else if let value = words.first, word.hasSuffix(":") || word.hasSuffix("_rate") || word == "send" {
        words = words.dropFirst()
        let parts = value.split(separator: "/")
        figures[word.replacing(":", with: "")] = parts.first.map { rate($0) }
        if parts.count > 1, word == "pacing_rate" { figures["max_pacing_rate"] = rate(parts[1]) }
      } else if word.contains(":") {
        read(String(prefix), String(word.dropFirst(prefix.count + 1)), into: &figures)
      } else if word.count == 3, word.hasPrefix("<") || word.hasPrefix("-") {
        figures["shutdown"] = word
      } else {
        figures[word] = "yes"
      }
    }
    return figures
  }

  /// Reads a list in parentheses.
  private static func readItems(_ name: String, _ items: [String], into figures: inout [String: String]) {
    switch name {
    case "timer" where items.count == 3:
      (figures["timer.kind"], figures["timer.time"], figures["timer.retransmits"]) = (items[0], items[1], items[2])
    case "skmem":
      for item in items {
        let letters = item.prefix { !$0.isNumber }
        figures["skmem.\(letters)"] = String(item.dropFirst(letters.count))
      }
    default:
      for item in items {
        let pair = item.split(separator: ":")
        if pair.count == 2 { figures["\(name).\(pair[0])"] = rate(pair[1]) }
      }
    }
  }

  /// Reads `name:value`.
  private static func read(_ name: String, _ value: String, into figures: inout [String: String]) {
    let parts = value.split { $0 == "/" || $0 == "," }.map(String.init)
    switch (name, parts.count) {
    case ("rtt", 2): (figures["rtt"], figures["rttvar"]) = (parts[0], parts[1])
    case ("wscale", 2): (figures["snd_wscale"], figures["rcv_wscale"]) = (parts[0], parts[1])
    case ("retrans", 2): (figures["retrans"], figures["total_retrans"]) = (parts[0], parts[1])
    case ("fwmark", _), ("tos", _), ("tclass", _), ("class_id", _):
      figures[name] = value.hasPrefix("0x") ? UInt64(value.dropFirst(2), radix: 16).map(String.init) : value
    // `map_id:2(int)7`
    case ("map_id", _):
      let words = value.split { "()".contains($0) }.map(String.init)
      if words.count == 3 { figures["map_id.\(words[0])"] = words[2] }
    case ("busy", _), ("rwnd_limited", _), ("sndbuf_limited", _): figures[name] = String(value.prefix { $0.isNumber })
    default: figures[name] = value
    }
  }

  /// `1500000bps`, in bits.
  private static func rate(_ text: some StringProtocol) -> String {
    text.hasSuffix("bps") ? String(text.dropLast(3)) : String(text)
  }
}

internal import ArgumentParser
internal import SockDiag
internal import SockDiagWire

/// A command line of this tool that a message offers instead of a wrong one.
struct OfferedLine {
  /// The words after `sockdiag`.
  var words: [String]

  init(_ words: [String]) {
    self.words = words
    // `wait` needs to know what to wait for, and asks for it after the words were parsed.
    let goals = ["--free", "--listening", "--help", "-h"]
    if words.first == "wait", !words.contains(where: goals.contains) { self.words.append("--free") }
  }

  init(_ line: String) { words = line.split(separator: " ").map(String.init) }

  /// The line in quotes, if it can be typed as it stands and is right usage; otherwise `nil`.
  ///
  /// Offers are tried by the parser, so that no message leads to another one.
  var quoted: String? {
    guard words.allSatisfy(Self.isPlain), isUsage else { return nil }
    return "'\((["sockdiag"] + words).joined(separator: " "))'"
  }

  /// The first of several lines that is right usage.
  static func first(_ lines: [String]...) -> String? { lines.lazy.compactMap { OfferedLine($0).quoted }.first }

  private var isUsage: Bool {
    let parsed: SockDiagTool.Parsed
    do { parsed = try SockDiagTool.parse(words) } catch { return error is CleanExit }
    if case .command(let why as Why, _) = parsed, why.port == nil, why.command.isEmpty { return false }
    guard case .command(let command, _) = parsed, let taker = command as? any TakesFilter else { return true }
    return (try? FilterArgument.parse(taker.selection.filter, names: HostNames())) != nil
  }

  /// Whether every shell takes the word as it is.
  private static func isPlain(_ word: String) -> Bool {
    !word.isEmpty
      && word.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "-_.:@/=,%+".utf8.contains($0)
        }
      }
  }
}

extension [String] {
  /// The words without an option, which may be part of a cluster such as `-tlK`.
  func without(option: String) -> [String] {
    compactMap { word in
      if word == option || word.hasPrefix("\(option)=") { return nil }
      guard option.count == 2, let letter = option.last, word.hasPrefix("-"), !word.hasPrefix("--") else { return word }
      let rest = word.dropFirst().filter { $0 != letter }
      return rest.isEmpty && word.count > 1 ? nil : "-\(rest)"
    }
  }
}

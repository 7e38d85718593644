import ArgumentParser
import SockDiag
import Testing

@testable import SockDiagCommand

/// Command lines of many words.
struct FilterWordsTests {
  private func parsed(_ words: [String]) throws -> any ParsableCommand {
    guard case .command(let command, _) = try SockDiagTool.parse(words) else { throw CommandFailure.usage("a page") }
    return command
  }

  @Test(arguments: ["", "-tu", "sport = :80", "-N 4711", "- sport = :80"])
  func shortCommandLinesAreUnchanged(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    #expect(FilterWords.joined(words) == words)
  }

  @Test(arguments: ["why --run cmd a b c d e f g", "record a b c d e f g"])
  func onlyFiltersAreJoined(_ line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    switch try parsed(words) {
    case let why as Why: #expect(why.command == Array(words.dropFirst(2)))
    case let record as Record: #expect(record.file == "a")
    default: Issue.record("\(line)")
    }
  }

  @Test(arguments: [
    ("a b c d e", ["a", "b", "c", "d e"]),
    ("-t a b c d e -l f g h i j", ["-t", "a", "b", "c", "d e", "-l", "f", "g", "h", "i j"]),
    ("- a b c d e", ["-", "a", "b", "c", "d e"]),
    ("-- a b c -d -e", ["--", "a", "b", "c", "-d -e"]),
  ]) func laterWordsOfAFilterAreJoined(_ line: String, _ words: [String]) {
    #expect(FilterWords.joined(line.split(separator: " ").map(String.init)) == words)
  }

  /// An empty word counts as it does where no words are joined before.
  @Test func joinedFilterHasTheSameText() throws {
    let words = ["list", "-a", "sport", "=", ":80", "", "or", " dport", "= ", ":81", "or", "", "sport=:82"]
    let list = try #require(try parsed(words) as? SockDiagCommand.List)
    #expect(list.selection.filter.joined(separator: " ") == words.dropFirst(2).joined(separator: " "))
  }

  /// 24,000 words took the argument parser 48 seconds. What is left is linear, so that even this is no test of speed.
  @Test func filterOfManyWordsBecomesFewArguments() throws {
    let terms = (1...30_000).map { "sport = :\($0)" }.joined(separator: " or ")
    let words = ["-ta"] + terms.split(separator: " ").map(String.init)
    #expect(FilterWords.joined(words).count == 5)
    let list = try #require(try parsed(["list"] + words) as? SockDiagCommand.List)
    let selection = try list.selection.selection(default: .connected)
    #expect(selection.filter.compiled(for: .all).first?.kernelPart == .localPort(in: PortSet([1...30_000])))
  }
}

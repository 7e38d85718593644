import ArgumentParser
import SockDiag
import Testing

@testable import SockDiagCommand

/// Command lines of many words.
struct FilterWordsTests {
  @Test(arguments: [
    "", "list", "list -tu", "list sport = :80", "-N 4711 list", "decode - sport = :80", "help list",
    "why --run cmd a b c d e f g", "wait 80 --free a b c d e f", "kill a b c d e f g", "demo a b c d e f g",
  ]) func shortAndFilterlessCommandLinesAreUnchanged(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    #expect(FilterWords.joined(words) == words)
  }

  @Test(arguments: [
    ("list a b c d e", ["list", "a", "b", "c d e"]), ("a b c d e", ["a", "b", "c", "d e"]),
    ("-t a b c d e -l f g h i j", ["-t", "a", "b", "c", "d e", "-l", "f", "g", "h", "i j"]),
    ("decode - a b c d e", ["decode", "-", "a", "b", "c", "d e"]),
    ("list -- a b c -d -e", ["list", "--", "a", "b", "c", "-d -e"]),
  ]) func laterWordsOfAFilterAreJoined(_ line: String, _ words: [String]) {
    #expect(FilterWords.joined(line.split(separator: " ").map(String.init)) == words)
  }

  /// An empty word counts as it does where no words are joined before.
  @Test func joinedFilterHasTheSameText() throws {
    let words = ["list", "-a", "sport", "=", ":80", "", "or", " dport", "= ", ":81", "or", "", "sport=:82"]
    let list = try #require(try Sockdiag.parseAsRoot(FilterWords.joined(words)) as? SockDiagCommand.List)
    #expect(list.selection.filter.joined(separator: " ") == words.dropFirst(2).joined(separator: " "))
  }

  /// 24,000 words took the argument parser 48 seconds. What is left is linear, so that even this is no test of speed.
  @Test func filterOfManyWordsBecomesFewArguments() throws {
    let terms = (1...30_000).map { "sport = :\($0)" }.joined(separator: " or ")
    let words = FilterWords.joined(["list", "-ta"] + terms.split(separator: " ").map(String.init))
    #expect(words.count == 6)
    let list = try #require(try Sockdiag.parseAsRoot(words) as? SockDiagCommand.List)
    let selection = try list.selection.selection(default: .connected)
    #expect(selection.filter.compiled(for: .all).first?.kernelPart == .localPort(in: PortSet([1...30_000])))
  }
}

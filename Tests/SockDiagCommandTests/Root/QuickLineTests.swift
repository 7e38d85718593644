import ArgumentParser
import SockDiagTestKit
import Testing

@testable import SockDiagCommand

/// Lines of flags and a filter mean the same with and without the argument parser.
struct QuickLineTests {
  /// The values of all options, as text. An option without a value shows as a definition.
  private func text(_ command: any ParsableCommand) -> String { "\(command)" }

  private func parsed(_ words: [String], _ subcommand: Subcommand) throws -> any ParsableCommand {
    try subcommand.type.parseAsRoot(words)
  }

  private func names(_ subcommand: Subcommand) -> [String] {
    OptionNames.short(of: subcommand) + OptionNames.long(of: subcommand).map { "--\($0)" }
  }

  @Test(arguments: ["list", "listeners"]) func everyFlagMeansTheSame(_ name: String) throws {
    let subcommand = try #require(Subcommand.named(name))
    let quick = try #require(subcommand.quick)
    let names = names(subcommand)
    #expect(names.count > 20)
    var missing: [String] = []
    for flag in names {
      // Not flags: they need a value, or they ask for help.
      guard let slow = try? parsed([flag], subcommand), type(of: slow) == subcommand.type else { continue }
      guard let fast = quick([flag]) else {
        missing.append(flag)
        continue
      }
      #expect(text(fast) == text(slow), "\(flag)")
      #expect(!text(fast).contains("definition"))
    }
    // Flags that are rare enough for the argument parser.
    #expect(missing == (name == "list" ? ["--explain"] : []))
  }

  @Test(arguments: [
    "", "-tl", "-tulpn", "-al", "-la", "-t -u -l sport = :80", "sport = :80 -t", "-tan dst 10.0.0.0/8 or sport = :443",
    "( sport = :80 ) -H", "-46eimo --json", "-tt",
  ]) func linesMeanTheSame(_ line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    for subcommand in try ["list", "listeners"].map({ try #require(Subcommand.named($0)) }) {
      let fast = try #require(subcommand.quick?(words))
      #expect(try text(fast) == text(parsed(words, subcommand)), "\(line)")
    }
  }

  @Test func emptyWordsOfAFilterStay() throws {
    let subcommand = try #require(Subcommand.named("list"))
    let words = ["-t", "", "sport = :80", ""]
    #expect(try text(#require(subcommand.quick?(words))) == text(parsed(words, subcommand)))
  }

  @Test func randomLinesMeanTheSame() throws {
    let subcommand = try #require(Subcommand.named("list"))
    let words = names(subcommand) + ["-tl", "-tuna", "sport", "=", ":80", "state", "listen", "-", "--", "-x", "-te=1"]
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    var compared = 0
    for _ in 0..<400 {
      let line = (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in words.randomElement(using: &random) }
      guard let fast = subcommand.quick?(line) else { continue }
      let slow = try parsed(line, subcommand)
      #expect(text(fast) == text(slow), "seed \(seed): \(line)")
      if !line.isEmpty { compared += 1 }
    }
    // About a third of the lines are flags and a filter.
    #expect(compared >= 40, "seed \(seed)")
  }

  @Test(arguments: ["-f inet", "-N 1", "--sort local", "-q", "--help", "-h", "--", "-t=1", "--json=1", "-", "-é"])
  func otherLinesGoToTheArgumentParser(_ line: String) throws {
    let subcommand = try #require(Subcommand.named("list"))
    #expect(subcommand.quick?(line.split(separator: " ").map(String.init)) == nil)
  }
}

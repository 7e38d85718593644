import ArgumentParser
import Testing

@testable import SockDiagCommand

/// Which subcommand a command line means.
struct CommandChoiceTests {
  private func chosen(_ line: String) throws -> String {
    switch try CommandChoice(line.split(separator: " ").map(String.init)) {
    case .subcommand(let subcommand, let words): ([subcommand.name] + words).joined(separator: " ")
    case .help(let subcommand): "help \(subcommand?.name ?? "")"
    case .version: "version"
    case .completion: "completion"
    }
  }

  @Test(arguments: [
    "8080", ":8080", "127.0.0.1:8080", "[::1]:8080", "*:8080", "53/udp", ":http", "localhost:http", "-u 53", "-v 8080",
    "8080 -v", "-N web 8080", "--netns 4711 8080", "--as go 8080", "http://localhost:80/", "/run/app.sock", "99999",
  ]) func portMeansWhy(_ line: String) throws {
    #expect(try chosen(line) == "why \(line)")
  }

  @Test(arguments: [
    "", "-t", "-tulpn", "sport = :80", "sport=:80", "-t sport = :80", "( sport = :80 )", "! dport = :80", "-N 4711",
    "-tN 4711", "-N 4711 sport = :80", "-f inet", "-A tcp sport = :80", "-F 8080", "dprot=:443", "nginx",
    "src 10.0.0.1:80",
    "not src 10.0.0.1", "src=127.0.0.1", "--sort 8080",
  ]) func otherLinesMeanListeners(_ line: String) throws {
    #expect(try chosen(line) == (line.isEmpty ? "listeners" : "listeners \(line)"))
  }

  @Test(arguments: [
    ("-h", "help "), ("--help", "help "), ("help", "help "), ("help why", "help why"), ("-V", "version"),
    ("--version", "version"), ("list -t", "list -t"), ("why 8080", "why 8080"),
  ]) func firstWordDecides(_ line: String, _ choice: String) throws {
    #expect(try chosen(line) == choice)
  }

  /// The port is found only if the options with a value are known.
  @Test func optionsWithValuesAreKnown() {
    for subcommand in ["listeners", "list", "why"].compactMap(Subcommand.named) {
      let lines = Sockdiag.helpMessage(for: subcommand.type, columns: 200).split(separator: "\n")
      for line in lines where line.hasPrefix("  -") {
        guard let value = line.firstRange(of: " <") else { continue }
        let names = line[..<value.lowerBound].split(whereSeparator: { ", ".contains($0) }).map(String.init)
        for name in names where name != "--run" { #expect(OptionValues.areExpected(after: name), "\(name)") }
      }
    }
  }

  @Test func shorthandTakesTheOptionsOfWhy() throws {
    guard case .command(let command, _) = try SockDiagTool.parse(["-u", "53", "--json"]) else {
      Issue.record("the words are not read as a command")
      return
    }
    let why = try #require(command as? Why)
    #expect(why.port == "53" && why.who.udp && why.json)
  }

  @Test func shorthandAnswersAsWhyDoes() throws {
    let (short, long) = (try Tool.run([":0"]), try Tool.run(["why", ":0"]))
    #expect(short.text == long.text && short.status == long.status && !short.text.isEmpty)
  }
}

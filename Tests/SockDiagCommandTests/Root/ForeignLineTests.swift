import FoundationEssentials
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// Wrong and foreign command lines are answered with one sentence that leads to a command which works when typed.
struct ForeignLineTests {
  @Test func listHasAtLeastEightyLines() { #expect(ForeignLines.all.count >= 80) }

  @Test(arguments: Trials.some(of: Array(ForeignLines.all.indices))) func answerIsOneSentenceWithTheCommand(
    _ index: Int
  ) throws {
    let (line, offer) = ForeignLines.all[index]
    let result = try Tool.run(Self.words(line))
    #expect(result.status == Status.usage.rawValue, "\(line)")
    #expect(result.text.isEmpty)
    // The place in a filter follows in indented lines.
    let sentences = result.errors.split(separator: "\n").filter { !$0.hasPrefix("  ") }
    #expect(sentences.count == 1, "\(line): \(result.errors)")
    #expect(result.errors.contains(offer), "\(line): \(result.errors)")
  }

  @Test(arguments: Trials.some(of: Array(ForeignLines.all.indices))) func everyOfferedCommandIsRightUsage(_ index: Int)
    throws
  {
    let (line, _) = ForeignLines.all[index]
    let errors = try Tool.run(Self.words(line)).errors
    for command in Self.quoted(errors) where command.first == "sockdiag" {
      switch command.dropFirst().first {
      case "wait":
        _ = try SockDiagTool.parse(Array(command.dropFirst()))
        #expect(command.contains { ["--free", "--listening", "--help"].contains($0) }, "\(line)")
      // They run on, or create a file.
      case "events", "record", "watch": _ = try SockDiagTool.parse(Array(command.dropFirst()))
      // Without a terminal they would be refused.
      case "kill", "destroy":
        let isHelp = command.contains("--help")
        let result = try Tool.run(command.dropFirst() + (isHelp ? [] : ["--dry-run"]))
        #expect(result.status != Status.usage.rawValue, "\(line) → \(command): \(result.errors)")
      default:
        let result = try Tool.run(Array(command.dropFirst()))
        #expect(result.status != Status.usage.rawValue, "\(line) → \(command): \(result.errors)")
      }
    }
  }

  /// The offers that name ss are right usage there. ss ends with 255 otherwise.
  @Test(
    .enabled(if: LabNamespace.hasProgram("ss"), "needs ss"),
    arguments: ForeignLines.all.map(\.offer).filter { $0.hasPrefix("ss ") })
  func offersOfSSWork(_ offer: String) throws {
    let result = try Tool.shell(offer)
    #expect(result.status != 255, "\(offer): \(result.errors)")
  }

  private static func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

  /// The texts in single quotes, as words.
  private static func quoted(_ text: String) -> [[String]] {
    text.split(separator: "'", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
      .map { words(String($0.element)) }
  }
}

import Foundation
import SockDiagTestKit
import Testing

/// The tables of the article about compatibility are made from the captures of the guests.
@Suite struct CompatibilityTests {
  private static let article = Fixtures.folder.appending(
    path: "../Sources/SockDiag/SockDiag.docc/Compatibility.md"
  ).standardized

  /// The heading with which the generated part of the article starts.
  private static let heading = "## What each kernel sent\n"

  /// The guests, from the oldest kernel to the newest.
  private static let guests = Guest.all.sorted {
    ($0.version, $0.name).0.compare($1.version, options: .numeric) == .orderedSame
      ? $0.name < $1.name : $0.version.compare($1.version, options: .numeric) == .orderedAscending
  }

  /// `6.1 s390x`.
  private static func column(_ guest: Guest) -> String {
    guest.name.split(separator: "-").dropFirst().joined(separator: " ")
  }

  private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }

  private static func surveys(_ family: SurveyedFamily, _ guest: Guest) throws -> [AttributeSurvey] {
    try family.captures.map { capture in
      AttributeSurvey(
        try guest.bytes("\(capture).pcap"), recordByteCount: family.recordByteCount, isBigEndian: guest.isBigEndian,
        isNest: family.isNest)
    }
  }

  private static func table(of family: SurveyedFamily) throws -> String {
    let surveys = try guests.map { try Self.surveys(family, $0) }
    let records = surveys.map { $0.reduce(0) { $0 + $1.records } }
    let lengths = surveys.map { surveys in
      surveys.reduce(into: [:]) { $0.merge($1.lengths) { $0.union($1) } }
    }
    var text = "\n### \(family.name)\n\n" + row([""] + guests.map(column)) + row(["---"] + guests.map { _ in "---" })
    text += row(["answers"] + records.map { $0 > 0 ? "yes" : "no" })
    for number in Set(lengths.flatMap(\.keys)).sorted() {
      let name = try #require(family.attributes[number], "\(family.name) has an attribute \(number)")
      let cells = zip(lengths, records).map { lengths, records in
        guard records > 0 else { return "" }
        guard let found = lengths[number] else { return "–" }
        // The structures that grow with the kernel.
        return name == "INFO" || name == "SKMEMINFO" ? found.sorted().map(String.init).joined(separator: ", ") : "yes"
      }
      text += row(["`\(family.prefix)\(name)`"] + cells)
    }
    return text
  }

  @Test func theArticleHoldsWhatTheCapturesHold() throws {
    let tables = Self.heading + (try SurveyedFamily.all.map(Self.table).joined())
    let text = String(decoding: try Fixtures.bytes(Self.article), as: UTF8.self)
    let start = try #require(text.firstRange(of: Self.heading)?.lowerBound)
    if Fixtures.isRecording {
      try Data((text[..<start] + tables).utf8).write(to: Self.article)
      Issue.record("recorded the tables; look at them, then run without SOCKDIAG_RECORD")
    } else {
      #expect(text[start...] == tables)
    }
  }
}

import FoundationEssentials
import Glibc
import Testing

/// Files of the repository that tests hold output to.
enum Fixture {
  private static let root = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/Fixtures/"

  static func path(_ path: String) -> String { root + path }

  static func read(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(filePath: root + path))) }

  /// Compares text with a golden file. With SOCKDIAG_RECORD=1 in the environment the file is written instead, and the
  /// test fails, so that nobody records without looking.
  static func expect(
    _ text: [UInt8], toBe path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    if ProcessInfo.processInfo.environment["SOCKDIAG_RECORD"] == "1" {
      try Data(text).write(to: URL(filePath: root + path))
      Issue.record("\(path) was recorded", sourceLocation: sourceLocation)
      return
    }
    let golden = String(decoding: try read(path), as: UTF8.self)
    #expect(String(decoding: text, as: UTF8.self) == golden, sourceLocation: sourceLocation)
  }
}

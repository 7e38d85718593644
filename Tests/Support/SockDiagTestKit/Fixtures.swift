package import Foundation

/// The folder `Fixtures` of the repository.
package enum Fixtures {
  /// Its path, derived from the path of this file.
  package static let folder = URL(filePath: #filePath).appending(path: "../../../../Fixtures").standardized

  /// Whether to record goldens again. A test that does so also fails, so that the run does not pass for a check.
  package static let isRecording = ProcessInfo.processInfo.environment["SOCKDIAG_RECORD"] == "1"

  /// The files with an extension below a folder, sorted.
  package static func files(below path: String, withExtension pathExtension: String) -> [URL] {
    let paths = FileManager.default.enumerator(atPath: folder.appending(path: path).path)?.compactMap { $0 as? String }
    return (paths ?? []).filter { $0.hasSuffix("." + pathExtension) }.sorted()
      .map { folder.appending(path: path).appending(path: $0) }
  }

  /// The bytes of a file.
  package static func bytes(_ file: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: file)) }
}

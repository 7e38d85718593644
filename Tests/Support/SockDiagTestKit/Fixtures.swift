package import Foundation

/// The folder `Fixtures` of the repository.
package enum Fixtures {
  /// Where it lies, found from where this file lies.
  package static let folder = URL(filePath: #filePath).appending(path: "../../../../Fixtures").standardized

  /// Whether goldens are to be written anew. A test that does so fails all the same, so that it is not taken for a check.
  package static let isRecording = ProcessInfo.processInfo.environment["SOCKDIAG_RECORD"] == "1"

  /// The files below a folder with an extension, sorted.
  package static func files(below path: String, withExtension pathExtension: String) -> [URL] {
    let paths = FileManager.default.enumerator(atPath: folder.appending(path: path).path)?.compactMap { $0 as? String }
    return (paths ?? []).filter { $0.hasSuffix("." + pathExtension) }.sorted()
      .map { folder.appending(path: path).appending(path: $0) }
  }

  /// The bytes of a file.
  package static func bytes(_ file: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: file)) }
}

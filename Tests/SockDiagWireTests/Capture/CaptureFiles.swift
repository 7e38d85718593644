import Foundation

/// Captures under `Fixtures/` at the root of the repository.
enum CaptureFiles {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "../../../Fixtures", directoryHint: .isDirectory
  ).standardizedFileURL

  static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: root.appending(path: path))) }

  /// The sorted paths of all captures below a folder that have this machine's byte order, or those that have the other.
  /// Empty if the folder is missing.
  static func captures(in folder: String, isForeign: Bool = false) -> [String] {
    let paths = FileManager.default.subpaths(atPath: root.appending(path: folder).path) ?? []
    return paths.filter { ($0.hasSuffix(".pcap") || $0.hasSuffix(".ss-D")) && $0.contains("s390x") == isForeign }
      .sorted().map { folder + "/" + $0 }
  }
}

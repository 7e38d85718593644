import Foundation

/// A temporary replacement for `/proc`.
final class FakeProc {
  let root = FileManager.default.temporaryDirectory.path + "/sockdiag-proc-\(UInt64.random(in: 0 ... .max))"

  /// Creates files from their texts, by their paths below `/proc`.
  init(_ files: [String: [UInt8]] = [:]) throws {
    for (path, text) in files { try write(text, to: path) }
  }

  convenience init(_ files: [String: String]) throws { try self.init(files.mapValues { Array($0.utf8) }) }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func write(_ text: [UInt8], to path: String) throws {
    let file = URL(filePath: root + "/" + path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text).write(to: file)
  }
}

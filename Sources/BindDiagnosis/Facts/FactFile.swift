internal import Glibc
internal import SocketOwners

/// Small files of the kernel.
enum FactFile {
  /// The text of a file; `nil` if it does not exist or may not be read.
  static func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

  private static func bytes(_ path: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    let error = KernelDirectories().contents(ProcPath(path), in: AT_FDCWD, limit: 1 << 20, into: &bytes)
    return error == 0 ? bytes : nil
  }

  /// The rest of the first line of a file that begins with a name.
  static func value(of name: String, in path: String) -> Substring? {
    // Bytes, because dividing a text into characters would take longer than reading all files of a diagnosis.
    guard let bytes = bytes(path) else { return nil }
    let line = bytes.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: name.utf8) }
    return line.map { String(decoding: $0.dropFirst(name.utf8.count), as: UTF8.self).trimmed }
  }
}

extension StringProtocol where SubSequence == Substring {
  /// The text without blanks, line ends and the NUL at the end of labels.
  var trimmed: Substring {
    func isBlank(_ character: Character) -> Bool { character.isWhitespace || character == "\0" }
    guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
      return self[startIndex..<startIndex]
    }
    return self[first...last]
  }
}

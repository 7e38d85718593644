internal import Glibc
internal import SocketOwners

/// Small files of the kernel.
enum FactFile {
  /// The text of a file; `nil` if it does not exist or may not be read.
  static func text(_ path: String) -> String? {
    var bytes: [UInt8] = []
    guard KernelDirectories().contents(ProcPath(path), in: AT_FDCWD, limit: 1 << 20, into: &bytes) == 0 else {
      return nil
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The rest of the first line of a file that begins with a name.
  static func value(of name: String, in path: String) -> Substring? {
    guard let text = text(path) else { return nil }
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      return line.dropFirst(name.count).trimmed
    }
    return nil
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

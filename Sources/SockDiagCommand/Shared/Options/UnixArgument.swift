internal import Glibc
internal import SockDiagWire

/// The name of a UNIX socket as an argument: `/run/app.sock`, `./app.sock`, `app.sock`, `@name`, `unix:PATH`.
struct UnixArgument: Hashable {
  /// The argument as it was written.
  let text: String
  let name: UnixSocketName

  /// - Returns: `nil` if the word does not look like the name of a UNIX socket.
  init?(parsing text: String) throws(CommandFailure) {
    guard Self.isUnix(text) else { return nil }
    self.text = text
    var word = text[...]
    let scheme = Self.schemes.first { text.hasPrefix($0) }
    if let scheme { word = word.dropFirst(scheme.count) }
    if scheme == nil, let port = Self.port(of: word), !Self.exists(word) {
      let path = word.dropLast(port.utf8.count + 1)
      throw .usage(
        "'\(text)' is a path with a port, and a UNIX socket has no port; write \(ShellWord.quoted(String(path))) or"
          + " \(port)")
    }
    guard word.first != "@" else {
      // An abstract name can contain any bytes, so it is written with escapes, as tables show it.
      guard let name = UnixSocketName(String(word)), word.count > 1 else {
        throw .usage("'\(text)' is not an abstract name; write it as tables show it, such as @name or @a\\x00b")
      }
      self.name = name
      return
    }
    guard !word.isEmpty else { throw .usage("'\(text)' lacks a name; write unix:/run/app.sock or unix:@name") }
    name = .path(Array(word.utf8))
  }

  private static let schemes = ["unix://", "unix:"]

  /// Whether a word is the name of a UNIX socket, also where a port is wrongly written behind it.
  static func isUnix(_ word: String) -> Bool {
    if ["/", "./", "../", "@"].contains(where: word.hasPrefix) || schemes.contains(where: word.hasPrefix) {
      return true
    }
    // A URL and a host with a port contain a colon.
    return !word.contains(":") && [".sock", ".socket"].contains(where: word.hasSuffix)
  }

  /// The port behind the last colon.
  private static func port(of word: Substring) -> Substring? {
    guard let colon = word.lastIndex(of: ":"), colon != word.startIndex else { return nil }
    let port = word[word.index(after: colon)...]
    return UInt16(port) == nil ? nil : port
  }

  /// A file may be named like a path with a port.
  private static func exists(_ path: Substring) -> Bool {
    var status = stat()
    // SAFETY: the path is copied, and the call fills the structure.
    return unsafe lstat(String(path), &status) == 0
  }
}

internal import SockDiagWire

/// The short form of `sockdiag why PORT`: a port, or the name of a UNIX socket, where a subcommand is expected.
///
/// It is a question if the first word that is neither an option nor the value of one is written as a port or as a path. A
/// filter never begins with such a word: `sockdiag sport = :80` begins with `sport`, and `sockdiag :80` is a port.
enum PortShorthand {
  static func isQuestion(_ words: [String]) -> Bool {
    var isValue = false
    for word in words {
      defer { isValue = OptionValues.areExpected(after: word) }
      if isValue { continue }
      if word == "--" || word == "--run" { return false }
      if word.utf8.first == UInt8(ascii: "-") { continue }
      return isPort(word) || UnixArgument.isUnix(word)
    }
    return false
  }

  /// Whether a word is written as a port with or without an address, also where the port or the address is wrong:
  /// `8080`, `:http`, `127.0.0.1:8080`, `[::1]:8080`, `53/udp`, `99999`, `http://localhost:80`, `/run/app.sock`.
  static func isPort(_ word: String) -> Bool {
    guard let first = word.utf8.first, !SocketFilter.begins(with: word) else { return false }
    if word.utf8.contains(where: { "=<>!&|() ".utf8.contains($0) }) { return false }
    switch first {
    case 0x30...0x39, UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "."):
      return true
    default: return word.utf8.contains(UInt8(ascii: ":")) || word.hasSuffix("/tcp") || word.hasSuffix("/udp")
    }
  }
}

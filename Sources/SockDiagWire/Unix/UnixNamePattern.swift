/// A pattern for the names of UNIX sockets, with the wildcards of a shell.
///
/// `*` stands for any bytes, also for none and for slashes; `?` stands for one byte, and `[a-z]` or `[!a-z]` for one
/// byte of a set. A backslash begins `\xHH`, or takes the special meaning of the character behind it. A pattern that
/// begins with `@` matches abstract names only; at another place `@` is a character like others. A wildcard at the
/// beginning also stands for the `@` of an abstract name.
///
/// A socket without a name has an empty one, which only a pattern of stars matches. Bytes are compared, and case
/// matters. `ss` ignores case; but `/run/App.sock` and `/run/app.sock` are two sockets.
public struct UnixNamePattern: Hashable, Sendable {
  /// One part of a pattern.
  package enum Element: Hashable, Sendable {
    /// The sign of an abstract name.
    case abstractSign
    case byte(UInt8)
    case anyByte
    case anyBytes
    case set([ClosedRange<UInt8>], isNegated: Bool)
  }

  package let elements: [Element]

  /// A pattern that matches this name only.
  public init(_ name: UnixSocketName) {
    elements = (name.isAbstract ? [.abstractSign] : []) + name.bytes.map(Element.byte)
  }

  package init(elements: [Element]) { self.elements = elements }

  /// Whether every name matches, and a socket without a name.
  var matchesEverything: Bool { elements.allSatisfy { $0 == .anyBytes } }

  /// Whether a name matches; `nil` stands for a socket without a name.
  ///
  /// - Complexity: O(n · m) in the lengths of the name and the pattern. Allocates nothing.
  public func matches(_ name: UnixSocketName?) -> Bool {
    guard let name else { return matchesEverything }
    let bytes = name.bytes
    // An abstract name has its sign in front of its bytes, at index -1.
    let start = name.isAbstract ? -1 : 0
    var (position, index) = (start, 0)
    /// Behind the last star, and what it may take next.
    var retry: (index: Int, position: Int)?
    while position < bytes.count {
      if index < elements.count, elements[index] == .anyBytes {
        index += 1
        retry = (index, position)
      } else if index < elements.count, elements[index].matches(position < 0 ? nil : bytes[position]) {
        index += 1
        position += 1
      } else if let last = retry {
        // Only the last star needs another try: what the stars before it took is the shortest that serves.
        retry = (last.index, last.position + 1)
        (index, position) = (last.index, last.position + 1)
      } else {
        return false
      }
    }
    return elements[index...].allSatisfy { $0 == .anyBytes }
  }
}

extension UnixNamePattern.Element {
  /// Whether this matches a byte, or the sign of an abstract name, which is `nil`.
  fileprivate func matches(_ byte: UInt8?) -> Bool {
    switch self {
    case .abstractSign: byte == nil
    case .byte(let value): byte == value
    case .anyByte, .anyBytes: true
    case .set(let ranges, let isNegated):
      ranges.contains { $0.contains(byte ?? UInt8(ascii: "@")) } != isNegated
    }
  }
}

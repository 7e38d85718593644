/// A path as the bytes that a system call takes.
///
/// A path that is reused allocates nothing, so reading a descriptor makes no `String`.
package struct ProcPath: Sendable, Hashable {
  /// The path with a zero at its end.
  package private(set) var bytes: [UInt8]

  /// Creates a path from its text.
  package init(_ text: String) { bytes = Array(text.utf8) + [0] }

  /// Creates a path from its bytes, which contain no zero.
  package init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) + [0] }

  /// Creates a path from a number and text, such as `123/fd`.
  package init(_ number: some FixedWidthInteger & UnsignedInteger, _ rest: String = "") {
    bytes = []
    bytes.reserveCapacity(32)
    set(UInt32(truncatingIfNeeded: number))
    append(rest)
  }

  /// The path as text, for messages and tests.
  package var text: String { String(decoding: bytes.dropLast(), as: UTF8.self) }

  /// Replaces the path by a number, in place.
  package mutating func set(_ number: UInt32) {
    bytes.removeAll(keepingCapacity: true)
    // The last digit comes first.
    var rest = number
    repeat {
      bytes.append(UInt8(truncatingIfNeeded: 0x30 &+ rest % 10))
      rest /= 10
    } while rest > 0
    bytes.reverse()
    bytes.append(0)
  }

  /// Appends text.
  package mutating func append(_ text: String) {
    bytes.removeLast()
    bytes.append(contentsOf: text.utf8)
    bytes.append(0)
  }

  /// Appends a slash and a component.
  package func appending(component: some Sequence<UInt8>) -> ProcPath {
    ProcPath(bytes.dropLast() + [UInt8(ascii: "/")] + component)
  }
}

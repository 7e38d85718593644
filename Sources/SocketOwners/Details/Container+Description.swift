extension Container: CustomStringConvertible {
  /// The runtime with the name or the first digits of the id: `docker container 0123456789ab`.
  public var description: String { "\(runtime.rawValue) container \(shortID)" }

  /// The id as commands show it: a name in full, 12 of 64 hexadecimal digits.
  package var shortID: String { id.utf8.count == 64 ? String(id.prefix(12)) : id }
}

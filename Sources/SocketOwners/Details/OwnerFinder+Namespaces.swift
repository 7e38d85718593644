extension OwnerFinder {
  /// The network namespaces of all processes that may be looked at, each with the first process that is in it.
  ///
  /// One link is read for each process. A namespace that has a name but no process is not among them.
  ///
  /// - Returns: Processes by the inode number that names a namespace, and whether some process could not be looked at.
  /// - Throws: ``SocketOwnersError`` if the processes cannot be listed.
  ///
  /// Kernel: `/proc/PID/ns/net`, since 3.0.
  public mutating func networkNamespaces() throws(SocketOwnersError) -> (
    processes: [UInt64: Int32], isComplete: Bool
  ) {
    var pass = SearchPass(InodeTable([]), SearchOptions())
    var namespaces: [UInt64: Int32] = [:]
    var isComplete = true
    var target = [UInt8](repeating: 0, count: 64)
    for pid in try processes(&pass) {
      let count = files.link(ProcPath(UInt32(bitPattern: pid), "/ns/net"), in: proc, into: &target)
      // A process that ended meanwhile, or has no namespace any more, hides nothing.
      if count < 0 { isComplete = isComplete && count != -13 && count != -1 }
      guard count > 0, let inode = Self.namespace(target.prefix(count)), namespaces[inode] == nil else { continue }
      namespaces[inode] = pid
    }
    return (namespaces, isComplete)
  }

  /// The number of `net:[N]`.
  private static func namespace(_ text: ArraySlice<UInt8>) -> UInt64? {
    guard text.starts(with: "net:[".utf8), text.last == UInt8(ascii: "]") else { return nil }
    return UInt64(String(decoding: text.dropFirst(5).dropLast(), as: UTF8.self))
  }
}

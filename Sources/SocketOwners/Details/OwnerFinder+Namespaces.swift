internal import Glibc

extension OwnerFinder {
  /// Lists the network namespaces of all readable processes, each with the first process in it.
  ///
  /// This reads one link for each process. A namespace with a name but without a process is not in the list.
  ///
  /// - Returns: Processes by the inode number of their namespace, and whether every process could be read.
  /// - Throws: ``SocketOwnersError`` if the processes cannot be listed.
  ///
  /// Kernel: `/proc/PID/ns/net`, since 3.0.
  public mutating func networkNamespaces() throws(SocketOwnersError) -> (
    processes: [UInt64: Int32], isComplete: Bool
  ) {
    var namespaces: [UInt64: Int32] = [:]
    let isComplete = try forEachNamespace { pid, inode in
      if namespaces[inode] == nil { namespaces[inode] = pid }
    }
    return (namespaces, isComplete)
  }

  /// The readable processes in some network namespaces. This reads one link for each process.
  package mutating func processes(
    inNetworkNamespaces namespaces: Set<UInt64>
  ) throws(SocketOwnersError) -> [Int32] {
    var pids: [Int32] = []
    _ = try forEachNamespace { pid, inode in if namespaces.contains(inode) { pids.append(pid) } }
    return pids
  }

  /// Reads the network namespace of each process.
  ///
  /// - Returns: Whether every process could be read.
  private func forEachNamespace(_ body: (Int32, UInt64) -> Void) throws(SocketOwnersError) -> Bool {
    var work = SearchWork()
    var isComplete = true
    var target = [UInt8](repeating: 0, count: 64)
    for pid in try proc.processes(&work) {
      let count = proc.link(ProcPath(UInt32(bitPattern: pid), "/ns/net"), into: &target)
      // A process that has ended is in no namespace. Only a refusal may hide one.
      if [-Int(EACCES), -Int(EPERM)].contains(count) { isComplete = false }
      if count > 0, let inode = Self.namespace(target.prefix(count)) { body(pid, inode) }
    }
    return isComplete
  }

  /// The number of `net:[N]`.
  private static func namespace(_ text: ArraySlice<UInt8>) -> UInt64? {
    guard text.starts(with: "net:[".utf8), text.last == UInt8(ascii: "]") else { return nil }
    return UInt64(String(decoding: text.dropFirst(5).dropLast(), as: UTF8.self))
  }
}

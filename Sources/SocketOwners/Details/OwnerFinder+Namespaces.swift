extension OwnerFinder {
  /// The readable processes in some network namespaces. This reads one link for each process.
  package mutating func processes(
    inNetworkNamespaces namespaces: Set<UInt64>
  ) throws(SocketOwnersError) -> [Int32] {
    var pids: [Int32] = []
    var work = SearchWork()
    var target = [UInt8](repeating: 0, count: 64)
    for pid in try proc.processes(&work) {
      let count = proc.link(ProcPath(UInt32(bitPattern: pid), "/ns/net"), into: &target)
      if count > 0, let inode = Self.namespace(target.prefix(count)), namespaces.contains(inode) { pids.append(pid) }
    }
    return pids
  }

  /// The number of `net:[N]`.
  private static func namespace(_ text: ArraySlice<UInt8>) -> UInt64? {
    guard text.starts(with: "net:[".utf8), text.last == UInt8(ascii: "]") else { return nil }
    return UInt64(String(decoding: text.dropFirst(5).dropLast(), as: UTF8.self))
  }
}

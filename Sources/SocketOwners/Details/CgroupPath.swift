/// Where a process is in the hierarchies of cgroups.
public struct CgroupPath: Sendable, Hashable, Codable {
  /// The path in the hierarchy that says most: that of version 2 if the process is not at its root, else that of
  /// systemd, else the first of version 1 in which it is not at the root. As seen from the cgroup namespace of whoever
  /// read it. Any bytes but a newline.
  public var bytes: [UInt8]

  /// The path, with what is no UTF-8 replaced.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Creates a path.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Reads `/proc/PID/cgroup`: lines `ID:CONTROLLERS:PATH` (`proc_cgroup_show`, kernel/cgroup/cgroup.c). `nil` if
  /// there is no such line.
  package init?(membership text: Span<UInt8>) {
    var best: (rank: Int, path: [UInt8])?
    TextLines.forEach(text) { line in
      let parts = Array(text, line).split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[2].first == UInt8(ascii: "/") else { return }
      var rank = parts[0].elementsEqual("0".utf8) && parts[1].isEmpty ? 3 : 1
      if parts[1].elementsEqual("name=systemd".utf8) { rank = 2 }
      // Whoever is at the root of version 2 on a host with both is found in version 1.
      if parts[2].count == 1 { rank -= 3 }
      if best.map({ rank > $0.rank }) ?? true { best = (rank, Array(parts[2])) }
    }
    guard let best else { return nil }
    bytes = best.path
  }

  /// The names on the path, from the root.
  var components: [[UInt8]] { bytes.split(separator: UInt8(ascii: "/")).map(Array.init) }
}

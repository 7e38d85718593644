/// The path of a process in the hierarchies of cgroups.
public struct CgroupPath: Sendable, Hashable, Codable {
  /// The path, in the first of these hierarchies in which the process is not at the root: version 2, systemd's, the
  /// others of version 1. The path is relative to the cgroup namespace of the reader. It may contain any bytes except a
  /// newline.
  public var bytes: [UInt8]

  /// The path as text. Bytes that are not UTF-8 are replaced.
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
      // On a host with both versions, a process at the root of version 2 is placed in version 1.
      if parts[2].count == 1 { rank -= 3 }
      if best.map({ rank > $0.rank }) ?? true { best = (rank, Array(parts[2])) }
    }
    guard let best else { return nil }
    bytes = best.path
  }

  /// The names on the path, beginning at the root.
  var components: [[UInt8]] { bytes.split(separator: UInt8(ascii: "/")).map(Array.init) }
}

extension CgroupPath: CustomStringConvertible {
  /// The path as text.
  public var description: String { text }
}

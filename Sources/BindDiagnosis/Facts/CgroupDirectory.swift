/// Finds the directory of a process's cgroup (version 2).
enum CgroupDirectory {
  /// The directory; `nil` if the hierarchy is not mounted here, or the cgroup is not below the mount.
  ///
  /// - Parameter directory: The directory of the process in proc.
  static func path(ofProcessAt directory: String) -> String? {
    guard let own = FactFile.value(of: "0::", in: directory + "/cgroup"), own.hasPrefix("/"), !own.hasPrefix("/.."),
      let mounts = FactFile.text("/proc/thread-self/mountinfo")
    else { return nil }
    return path(of: String(own), mounts: mounts)
  }

  /// The directory, from a text such as `/proc/self/mountinfo`, whose lines are `ID PARENT DEVICE ROOT POINT OPTIONS… -
  /// TYPE …` (`show_mountinfo`, fs/proc_namespace.c).
  static func path(of cgroup: String, mounts: String) -> String? {
    // Only the lines in question become text: a host with many containers has thousands of lines.
    for bytes in Array(mounts.utf8).split(separator: UInt8(ascii: "\n")) where mayBeCgroup2(bytes) {
      let line = String(decoding: bytes, as: UTF8.self)
      let words = line.split(separator: " ")
      guard words.count > 6, let end = words.firstIndex(of: "-"), end + 1 < words.count, words[end + 1] == "cgroup2"
      else { continue }
      let (root, point) = (words[3], words[4])
      if root == "/" { return cgroup == "/" ? String(point) : "\(point)\(cgroup)" }
      if cgroup == root { return String(point) }
      if cgroup.hasPrefix("\(root)/") { return "\(point)\(cgroup.dropFirst(root.count))" }
    }
    return nil
  }

  /// Whether a line contains the type.
  private static func mayBeCgroup2(_ line: ArraySlice<UInt8>) -> Bool {
    line.indices.contains { line[$0] == UInt8(ascii: "c") && line[$0...].starts(with: "cgroup2 ".utf8) }
  }
}

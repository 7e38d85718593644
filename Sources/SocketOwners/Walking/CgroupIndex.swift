/// Where the directory of a cgroup (version 2) is, by the cgroup's id.
///
/// The id is the inode number of the directory, which a listing of the directory above shows: the whole hierarchy costs
/// one opening for each cgroup, once, and again when an unknown id comes.
struct CgroupIndex {
  private var root: String?
  private var directories: [UInt64: ProcPath] = [:]

  init(root: String?) { self.root = root }

  /// The processes in cgroups, ascending. A cgroup that is not there, or not visible here, has none.
  mutating func processes(
    of ids: Set<UInt64>, _ files: any DirectoryOperations, _ proc: Int32, _ work: inout SearchWork
  ) -> [Int32] {
    if ids.contains(where: { directories[$0] == nil }) { walk(files, proc, &work) }
    var pids: Set<Int32> = []
    var text: [UInt8] = []
    for id in ids {
      guard let directory = directories[id] else { continue }
      var status = FileStatus()
      // The path may belong to a later cgroup of the same name.
      guard files.status(directory, in: -100, into: &status) == 0, status.inode == id else {
        directories[id] = nil
        continue
      }
      work.filesRead += 1
      let members = directory.appending(component: "cgroup.procs".utf8)
      guard files.contents(members, in: -100, limit: 1 << 22, into: &text) == 0 else { continue }
      TextLines.forEach(text.span) { line in
        // 0 stands for a process of another pid namespace.
        guard let pid = DecimalText.value(text.span, line).flatMap(Int32.init(exactly:)), pid > 0 else { return }
        pids.insert(pid)
      }
    }
    return pids.sorted()
  }

  /// The path of a cgroup below the mount point; `nil` if it is not there, or not visible here.
  mutating func path(
    of id: UInt64, _ files: any DirectoryOperations, _ proc: Int32, _ work: inout SearchWork
  ) -> CgroupPath? {
    if directories[id] == nil { walk(files, proc, &work) }
    var status = FileStatus()
    // The path may belong to a later cgroup of the same name.
    guard let root, let directory = directories[id], files.status(directory, in: -100, into: &status) == 0,
      status.inode == id
    else { return nil }
    let below = directory.bytes.dropLast().dropFirst(root.utf8.count)
    return CgroupPath(below.isEmpty ? [UInt8(ascii: "/")] : Array(below))
  }

  private mutating func walk(_ files: any DirectoryOperations, _ proc: Int32, _ work: inout SearchWork) {
    if root == nil { root = Self.mountPoint(files, proc, &work) }
    guard let root else { return }
    var status = FileStatus()
    guard files.status(ProcPath(root), in: -100, into: &status) == 0 else { return }
    directories = [status.inode: ProcPath(root)]
    var pending = [ProcPath(root)]
    var buffer = [UInt8](repeating: 0, count: 1 << 15)
    while let path = pending.popLast() {
      let directory = files.openDirectory(path, in: -100)
      guard directory >= 0 else { continue }
      work.directoriesOpened += 1
      while true {
        let count = files.entries(of: directory, into: &buffer)
        if count <= 0 { break }
        let bytes = buffer.span.extracting(0..<min(count, buffer.count))
        DirectoryEntries.forEach(bytes) { entry in
          guard entry.type == DirectoryEntries.directory else { return }
          let name = entry.name.map { bytes[$0] }
          if name == Array(".".utf8) || name == Array("..".utf8) { return }
          let child = path.appending(component: name)
          directories[entry.inode] = child
          pending.append(child)
        }
      }
      files.close(directory)
    }
  }

  /// Where the hierarchy is mounted: `/sys/fs/cgroup`, or a directory below it where version 1 is in use as well.
  private static func mountPoint(
    _ files: any DirectoryOperations, _ proc: Int32, _ work: inout SearchWork
  ) -> String? {
    var text: [UInt8] = []
    work.filesRead += 1
    guard files.contents(ProcPath("thread-self/mounts"), in: proc, limit: 1 << 20, into: &text) == 0 else { return nil }
    var result: String?
    TextLines.forEach(text.span) { line in
      let words = text[line].split(separator: 0x20)
      guard result == nil, words.count > 2, words[2].elementsEqual("cgroup2".utf8) else { return }
      result = String(decoding: words[1], as: UTF8.self)
    }
    return result
  }
}

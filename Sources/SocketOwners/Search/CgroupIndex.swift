internal import Glibc

/// The directories of cgroups (version 2) by the ids of the cgroups.
///
/// The id is the inode number of the directory, which a listing of the parent directory shows. So the index opens each
/// directory of the hierarchy once, and again for an unknown id.
struct CgroupIndex {
  private var root: String?
  private var directories: [UInt64: ProcPath] = [:]

  init(root: String?) { self.root = root }

  /// The processes in cgroups, by ascending ids. A cgroup that was removed or is not visible here has none.
  mutating func processes(of ids: Set<UInt64>, _ proc: ProcTree, _ work: inout SearchWork) -> [Int32] {
    if ids.contains(where: { directories[$0] == nil }) { walk(proc, &work) }
    var pids: Set<Int32> = []
    var text: [UInt8] = []
    for id in ids {
      guard let directory = directory(of: id, proc) else {
        directories[id] = nil
        continue
      }
      work.filesRead += 1
      let members = directory.appending(component: "cgroup.procs".utf8)
      guard proc.files.contents(members, in: AT_FDCWD, limit: 1 << 22, into: &text) == 0 else { continue }
      TextLines.forEach(text.span) { line in
        // 0 is a process of another pid namespace.
        guard let pid = DecimalText.value(text.span, line).flatMap(Int32.init(exactly:)), pid > 0 else { return }
        pids.insert(pid)
      }
    }
    return pids.sorted()
  }

  /// The path of a cgroup below the mount point; `nil` if the cgroup was removed or is not visible here.
  mutating func path(of id: UInt64, _ proc: ProcTree, _ work: inout SearchWork) -> [UInt8]? {
    if directories[id] == nil { walk(proc, &work) }
    guard let root, let directory = directory(of: id, proc) else { return nil }
    let below = directory.bytes.dropLast().dropFirst(root.utf8.count)
    return below.isEmpty ? [UInt8(ascii: "/")] : Array(below)
  }

  /// The directory of a known cgroup; `nil` if its path belongs to another cgroup of the same name now.
  private func directory(of id: UInt64, _ proc: ProcTree) -> ProcPath? {
    var status = FileStatus()
    guard let directory = directories[id], proc.files.status(directory, in: AT_FDCWD, into: &status) == 0,
      status.inode == id
    else { return nil }
    return directory
  }

  private mutating func walk(_ proc: ProcTree, _ work: inout SearchWork) {
    if root == nil { root = Self.mountPoint(proc, &work) }
    guard let root else { return }
    let files = proc.files
    var status = FileStatus()
    guard files.status(ProcPath(root), in: AT_FDCWD, into: &status) == 0 else { return }
    directories = [status.inode: ProcPath(root)]
    var pending = [ProcPath(root)]
    var buffer = [UInt8](repeating: 0, count: 1 << 15)
    while let path = pending.popLast() {
      let directory = files.openDirectory(path, in: AT_FDCWD)
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

  /// Where the hierarchy is mounted: `/sys/fs/cgroup`, or a directory below it if version 1 is in use as well.
  private static func mountPoint(_ proc: ProcTree, _ work: inout SearchWork) -> String? {
    var text: [UInt8] = []
    work.filesRead += 1
    guard proc.contents(ProcPath("thread-self/mounts"), limit: 1 << 20, into: &text) == 0 else { return nil }
    var result: String?
    TextLines.forEach(text.span) { line in
      let words = text[line].split(separator: 0x20)
      guard result == nil, words.count > 2, words[2].elementsEqual("cgroup2".utf8) else { return }
      result = String(decoding: words[1], as: UTF8.self)
    }
    return result
  }
}

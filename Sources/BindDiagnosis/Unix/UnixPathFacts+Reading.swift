internal import CBindDiagnosis
internal import Glibc
internal import SocketOwners

extension UnixPathFacts {
  /// Looks at a path, with the rights of a caller.
  ///
  /// It creates nothing. If the user may write to a socket file, a datagram socket is connected to it, which disturbs no
  /// server: see ``Contact``.
  ///
  /// - Parameters:
  ///   - path: At most ``UnixRequest/longestPath`` bytes.
  ///   - caller: The process or user who calls.
  /// - Throws: `BindFactError` if the caller's rights cannot be taken.
  init(of path: [UInt8], for caller: UnixCaller) throws(BindFactError) {
    self.init()
    guard !path.isEmpty, path.count <= UnixRequest.longestPath, !path.contains(0) else {
      throw BindFactError(.system, operation: "the path", errno: EINVAL)
    }
    let facts = caller.look(at: path)
    guard facts.place_error == 0 else {
      throw BindFactError(
        facts.place_error == EPERM || facts.place_error == EACCES ? .permissionDenied : .system,
        operation: "the rights of \(caller.words)", errno: facts.place_error)
    }
    take(facts, path)
    addFileSystem(ofProcess: caller.process)
  }

  private mutating func take(_ facts: cbinddiagnosis_path, _ path: [UInt8]) {
    if facts.folder_error != 0 {
      folderError = FolderError(
        BindErrno(rawValue: facts.folder_error), at: Array(path.prefix(facts.folder_error_length)))
    }
    folder = UnixFile(facts.folder)
    isSpecialName = facts.is_special
    hasTrailingSlash = facts.has_trailing_slash
    file = UnixFile(facts.name)
    nameError = facts.name_error == 0 || facts.name_error == ENOENT ? nil : BindErrno(rawValue: facts.name_error)
    target = UnixFile(facts.target)
    targetError = BindErrno(error: facts.target_error)
    createError = BindErrno(error: facts.create_error)
    writeError = BindErrno(error: facts.write_error)
    isReadOnly = facts.is_read_only
    fileSystem = facts.file_system
    contact =
      switch facts.contact {
      case 0: .datagram
      case EPROTOTYPE: .otherKind
      case EPERM: .connectedDatagram
      case ECONNREFUSED: .nothing
      case EACCES: .refused(.accessDenied)
      default: .unknown
      }
  }

  /// Adds what the table of mounts says about the file system of the target.
  private mutating func addFileSystem(ofProcess pid: Int32?) {
    guard let number = target?.mount else { return }
    let path = pid.map { "/proc/\($0)/mountinfo" } ?? "/proc/thread-self/mountinfo"
    guard let text = FactFile.text(path), let mount = MountInfo.mount(number, in: text) else { return }
    target?.fileSystemDevice = mount.device
    target?.isOnReadOnlyFileSystem = mount.isReadOnly
  }
}

/// One line of `/proc/PID/mountinfo`.
///
/// Kernel: `show_mountinfo`, fs/proc_namespace.c.
enum MountInfo {
  /// The device of the file system of a mount, and whether the file system is read-only.
  static func mount(_ number: UInt64, in text: String) -> (device: UnixFile.Device, isReadOnly: Bool)? {
    let start = "\(number) ".utf8
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) where line.starts(with: start) {
      let words = line.split(separator: UInt8(ascii: " "))
      guard words.count > 2, let options = words.last?.split(separator: UInt8(ascii: ",")) else { return nil }
      let numbers = words[2].split(separator: UInt8(ascii: ":")).compactMap { UInt32(String($0) ?? "") }
      guard numbers.count == 2 else { return nil }
      return (
        UnixFile.Device(major: numbers[0], minor: numbers[1]), options.contains { $0.elementsEqual("ro".utf8) }
      )
    }
    return nil
  }
}

extension UnixFile {
  fileprivate init?(_ file: cbinddiagnosis_file) {
    guard file.exists, let type = FileType(rawValue: file.mode & 0o170000) else { return nil }
    self.init(
      type, permissions: file.mode & 0o7777, uid: file.uid, linkCount: file.links, inode: file.inode,
      device: Device(major: file.device_major, minor: file.device_minor), changed: file.changed)
    mount = UInt64(exactly: file.mount)
  }
}

extension BindErrno {
  /// `nil` for 0.
  fileprivate init?(error: Int32) {
    if error == 0 { return nil }
    self.init(rawValue: error)
  }
}

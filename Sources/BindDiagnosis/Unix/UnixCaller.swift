internal import CBindDiagnosis
internal import Glibc
internal import SocketOwners

/// The process or user whose view of the file system counts.
struct UnixCaller {
  /// The process; `nil` for this one.
  private(set) var process: Int32?
  private var rights: Rights?

  /// The rights of a user or process, where they differ from those of this process.
  private struct Rights {
    var uid: UInt32
    var gid: UInt32
    var groups: [UInt32]
    var capabilities: UInt64
  }

  /// This process.
  static let current = UnixCaller()

  private init() {}

  /// The caller of a request.
  init(_ request: UnixRequest) throws(BindFactError) {
    process = request.process
    if let pid = request.process {
      rights = Self.rights(ofProcess: pid)
    } else if let uid = request.uid, uid != geteuid() {
      rights = Self.rights(ofUser: uid)
    }
  }

  /// Whether the caller has the rights of this process.
  var hasOwnRights: Bool { rights == nil }

  /// For messages.
  var words: String { process.map { "process \($0)" } ?? rights.map { "user \(UserName.text($0.uid))" } ?? "this user" }

  func look(at path: [UInt8]) -> cbinddiagnosis_path {
    let (root, directory) = (descriptor("root"), descriptor("cwd"))
    defer { for file in [root, directory] where file >= 0 { close(file) } }
    var place = unsafe cbinddiagnosis_place()
    unsafe place.root = isForeign(root) ? root : -1
    unsafe place.directory = directory
    guard let rights else {
      // SAFETY: the path ends with a NUL, and the call keeps nothing.
      return unsafe cbinddiagnosis_look(path.map(CChar.init(bitPattern:)) + [0], place)
    }
    unsafe place.changes_user = true
    unsafe (place.uid, place.gid, place.capabilities) = (rights.uid, rights.gid, rights.capabilities)
    return unsafe rights.groups.withUnsafeBufferPointer { groups in
      unsafe place.groups = groups.baseAddress
      unsafe place.group_count = groups.count
      // SAFETY: the groups live as long as the call, the path ends with a NUL, and the call keeps nothing.
      return unsafe cbinddiagnosis_look(path.map(CChar.init(bitPattern:)) + [0], place)
    }
  }

  /// A descriptor of a directory of the process; -1 for this process, or if it cannot be opened.
  private func descriptor(_ name: String) -> Int32 {
    guard let process else { return -1 }
    // SAFETY: the path is copied.
    return unsafe open("/proc/\(process)/\(name)", Self.pathOnly | O_DIRECTORY | O_CLOEXEC)
  }

  /// Kernel: `O_PATH`, asm-generic/fcntl.h. The folder may be closed to this user.
  private static let pathOnly: Int32 = 0o10_000_000

  /// Whether a directory is another one than the root of this process.
  private func isForeign(_ root: Int32) -> Bool {
    guard root >= 0 else { return false }
    var (own, other) = (stat(), stat())
    // SAFETY: the calls fill the structures.
    guard unsafe stat("/", &own) == 0, unsafe fstat(root, &other) == 0 else { return false }
    return own.st_ino != other.st_ino || own.st_dev != other.st_dev
  }

  // MARK: Rights

  /// The rights of a process, if they differ from those of this one; `nil` also if they cannot be read.
  private static func rights(ofProcess pid: Int32) -> Rights? {
    guard let other = status("/proc/\(pid)/status"), let own = status("/proc/thread-self/status") else { return nil }
    let isSame =
      other.uid == own.uid && other.gid == own.gid && Set(other.groups) == Set(own.groups)
      && other.capabilities == own.capabilities
    return isSame ? nil : other
  }

  /// Kernel: `proc_pid_status`, fs/proc/array.c. The last of the four numbers is that of the file system.
  private static func status(_ path: String) -> Rights? {
    func numbers(_ name: String) -> [UInt32] {
      (FactFile.value(of: name, in: path) ?? "").split(whereSeparator: \.isWhitespace).compactMap { UInt32($0) }
    }
    let (users, groups) = (numbers("Uid:"), numbers("Gid:"))
    guard users.count == 4, groups.count == 4,
      let capabilities = FactFile.value(of: "CapEff:", in: path).flatMap({ UInt64($0, radix: 16) })
    else { return nil }
    return Rights(uid: users[3], gid: groups[3], groups: numbers("Groups:"), capabilities: capabilities)
  }

  /// The rights that a user has after a login.
  private static func rights(ofUser uid: UInt32) -> Rights {
    let user = UserGroups(uid: uid)
    return Rights(
      uid: uid, gid: user.primary, groups: user.all, capabilities: uid == 0 ? .max : 0)
  }
}

/// The groups of a user, by the databases of the host.
private struct UserGroups {
  /// For a user without an entry, the group with the same number.
  var primary: UInt32
  var all: [UInt32]

  init(uid: UInt32) {
    (primary, all) = (uid, [uid])
    var entry = unsafe passwd()
    var found = unsafe UnsafeMutablePointer<passwd>?.none
    var buffer = [CChar](repeating: 0, count: 1 << 14)
    // SAFETY: the call writes at most as many bytes as the buffer has, which lives as long as the entry is used.
    unsafe buffer.withUnsafeMutableBufferPointer { room in
      guard let start = room.baseAddress, unsafe getpwuid_r(uid, &entry, start, room.count, &found) == 0,
        unsafe found != nil
      else { return }
      unsafe primary = entry.pw_gid
      var groups = [gid_t](repeating: 0, count: 1024)
      var count = Int32(groups.count)
      guard let name = unsafe entry.pw_name else { return }
      // SAFETY: the call writes at most `count` numbers.
      guard unsafe getgrouplist(name, primary, &groups, &count) >= 0 else { return }
      all = Array(groups.prefix(Int(count)))
    }
  }
}

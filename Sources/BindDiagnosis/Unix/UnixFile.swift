public import SockDiagWire

/// A file, as far as it matters for UNIX sockets.
public struct UnixFile: Hashable, Sendable {
  /// The type of the file.
  public var type: FileType
  /// The permission bits. Kernel: `st_mode`, stat(2).
  public var permissions: UInt32
  /// The owner.
  public var uid: UInt32
  /// The number of names. A folder that was removed has none.
  public var linkCount: UInt32
  /// The inode number.
  public var inode: UInt64
  /// The device as stat(2) reports it. On Btrfs it is that of the subvolume.
  public var device: Device
  /// The device of the file system, which sock_diag reports; `nil` if it is not known. Kernel: `s_dev`, linux/fs.h.
  public var fileSystemDevice: Device?
  /// Whether the whole file system is read-only, and not only this mount; `nil` if that is not known.
  public var isOnReadOnlyFileSystem: Bool?
  /// The number of its mount; `nil` if the kernel does not report it. Kernel: `stx_mnt_id`, linux/stat.h, since 5.8.
  var mount: UInt64?
  /// When the inode last changed, in seconds since 1970. Kernel: `st_ctime`, stat(2).
  public var changed: Int64

  /// Creates the facts about a file.
  public init(
    _ type: FileType, permissions: UInt32 = 0o755, uid: UInt32 = 0, linkCount: UInt32 = 1, inode: UInt64 = 1,
    device: Device = Device(major: 0, minor: 1), changed: Int64 = 0
  ) {
    (self.type, self.permissions, self.uid, self.linkCount) = (type, permissions, uid, linkCount)
    (self.inode, self.device, self.changed) = (inode, device, changed)
  }

  /// The type of a file. Kernel: `S_IFMT`, linux/stat.h.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum FileType: UInt32, Hashable, Sendable {
    case pipe = 0o010000
    case characterDevice = 0o020000
    case folder = 0o040000
    case blockDevice = 0o060000
    case regular = 0o100000
    case link = 0o120000
    case socket = 0o140000

    /// The type in words, with an article.
    package var words: String {
      switch self {
      case .pipe: "a named pipe"
      case .characterDevice, .blockDevice: "a device"
      case .folder: "a directory"
      case .regular: "a regular file"
      case .link: "a symbolic link"
      case .socket: "a socket"
      }
    }
  }

  /// The number of a device.
  public struct Device: Hashable, Sendable {
    /// The driver or file system.
    public var major: UInt32
    /// The device of that driver.
    public var minor: UInt32

    /// Creates a number.
    public init(major: UInt32, minor: UInt32) { (self.major, self.minor) = (major, minor) }
  }

  /// Whether a socket was bound to this file.
  ///
  /// sock_diag reports the low 32 bits of the inode number, and the device of the file system. Subvolumes of Btrfs use one
  /// number for several files, so a second sign is needed where more than one socket matches.
  public func isFile(of socket: UnixSocket) -> Bool {
    guard let file = socket.file, file.inode == UInt32(truncatingIfNeeded: inode) else { return false }
    let device = fileSystemDevice ?? self.device
    return file.major == device.major && file.minor == device.minor & 0xf_ffff
  }
}

/// What the file system says about a path, for the user who calls.
public struct UnixPathFacts: Hashable, Sendable {
  /// The folder on the way that stops the kernel; `nil` if the folder of the file is reached.
  public var folderError: FolderError?
  /// The folder that contains the file; `nil` if it is not reached.
  public var folder: UnixFile?
  /// Whether the last name is `.` or `..`, or the path is only slashes.
  public var isSpecialName = false
  /// Whether the path ends with a slash.
  public var hasTrailingSlash = false
  /// What the path names, its last link not followed; `nil` if nothing is there.
  public var file: UnixFile?
  /// Why the name could not be looked up: another error than ENOENT.
  public var nameError: BindErrno?
  /// The file to which the path leads, links followed; `nil` if there is none.
  public var target: UnixFile?
  /// Why the path leads to no file.
  public var targetError: BindErrno?
  /// Why the user may not create a file in the folder; `nil` if he may.
  public var createError: BindErrno?
  /// Why the user may not write to the target, as connect() requires; `nil` if he may.
  public var writeError: BindErrno?
  /// Whether the folder is mounted read-only.
  public var isReadOnly = false
  /// The type of the folder's file system; 0 if it is not known. Kernel: `f_type`, statfs(2).
  public var fileSystem: Int64 = 0
  /// Whether a socket has the target.
  public var contact = Contact.unknown

  /// Creates facts about a path that leads nowhere, in a folder that can be used.
  public init() { targetError = .noSuchFile }

  /// A folder on the way that stops the kernel.
  public struct FolderError: Hashable, Sendable {
    /// ENOENT, ENOTDIR, EACCES, ELOOP or a rarer error.
    public var error: BindErrno
    /// The path of the folder, as the request spells it.
    public var path: [UInt8]

    /// Creates an error.
    public init(_ error: BindErrno, at path: [UInt8]) { (self.error, self.path) = (error, path) }
  }

  /// What a connect() of a datagram socket found behind the file.
  ///
  /// It disturbs no server, because it sends nothing: datagram servers do not notice it, and others refuse the kind of the
  /// socket before they do. It sees sockets of all network namespaces, unlike sock_diag. Kernel: `unix_find_bsd`,
  /// `unix_dgram_connect`, net/unix/af_unix.c.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Contact: Hashable, Sendable {
    /// It was not tried, or the answer means nothing.
    case unknown
    /// No socket has the file: ECONNREFUSED.
    case nothing
    /// A datagram socket without a peer.
    case datagram
    /// A datagram socket that is connected to another: EPERM. A security rule may answer the same.
    case connectedDatagram
    /// A stream or seqpacket socket: EPROTOTYPE.
    case otherKind
    /// A security rule refused it although the permissions allow it.
    case refused(BindErrno)

    /// Whether a socket has the file; `nil` if that is not known.
    var findsSocket: Bool? {
      switch self {
      case .unknown, .refused: nil
      case .nothing: false
      case .datagram, .connectedDatagram, .otherKind: true
      }
    }
  }

  /// File systems that can hold no socket. Kernel: `vfs_mknod`, fs/namei.c, for lack of `mknod`, linux/fs.h; the numbers are
  /// those of linux/magic.h.
  private static let withoutSockets: Set<Int64> = [
    0x4d44, 0x2011_bab0, 0x6265_6572, 0x6367_7270, 0x27e0eb, 0x6462_6720, 0x7472_6163, 0x7363_6673, 0x1cd1, 0x1980_0202,
  ]
  /// Kernel: `PROC_SUPER_MAGIC`, linux/magic.h.
  private static let proc: Int64 = 0x9fa0

  /// Whether the file system of the folder can hold no socket: FAT, sysfs, a cgroup hierarchy and the like.
  var cannotHoldSockets: Bool { Self.withoutSockets.contains(fileSystem) }
  /// Whether the folder is in /proc, where no name can be created.
  var isInProc: Bool { fileSystem == Self.proc }
}

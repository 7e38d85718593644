/// A UNIX socket as the kernel reports it.
///
/// Kernel: `struct unix_diag_msg`, linux/unix_diag.h, and the attributes that follow it.
public struct UnixSocket: Hashable, Sendable {
  /// A stream, datagrams or sequenced packets. Kernel: `udiag_type`.
  public var type = SocketType.stream
  /// `listen`, `established` or `close`. A datagram socket is `established` since 5.15 if it called `connect` or
  /// another one connected to it, and always `close` before. Kernel: `udiag_state`; `unix_dgram_connect`,
  /// net/unix/af_unix.c.
  public var state = SocketState.close
  /// The inode behind the socket's descriptors. Kernel: `udiag_ino`.
  public var inode: UInt32 = 0
  /// The kernel's number for this one socket; `nil` in records from `/proc/net`. Kernel: `udiag_cookie`.
  public var cookie: SocketCookie?
  /// The name that the socket is bound to; `nil` if it has none. A socket that a listener accepted has the listener's
  /// name. Kernel: `UNIX_DIAG_NAME`.
  public var name: UnixSocketName?
  /// The file that `bind` made for a path; `nil` for sockets without a path. It stays the same when the file is deleted
  /// or replaced, so a comparison with the file at the path shows whether clients still reach this socket. Kernel:
  /// `UNIX_DIAG_VFS`.
  public var file: File?
  /// The socket at the other end; `nil` if there is none. Kernel: `UNIX_DIAG_PEER`.
  public var peer: Peer?
  /// On a listener: the inodes of the clients that wait for `accept`. Kernel: `UNIX_DIAG_ICONS`.
  public var waitingClients: [UInt32]?
  /// The amounts that wait: connections on a listener, bytes otherwise. The bytes that are unsent count the memory that
  /// they take. Kernel: `UNIX_DIAG_RQLEN`.
  public var queues: SocketQueues?
  /// Memory in use and its limits. Kernel: `UNIX_DIAG_MEMINFO`.
  public var memory: SocketMemory?
  /// The directions that are shut down. Kernel: `UNIX_DIAG_SHUTDOWN`, since 3.9.
  public var shutdown: ShutdownSides?
  /// The user who made the socket. Kernel: `UNIX_DIAG_UID`, since 5.3.
  public var uid: UInt32?
  /// The source of the record.
  public var source = SocketSource.sockDiag
  /// Attributes that are not decoded here.
  public var unknownAttributes: [UnknownAttribute] = []

  /// Creates an empty record, for a decoder to fill.
  public init() {}

  /// The identity of a file.
  ///
  /// Kernel: `struct unix_diag_vfs`, linux/unix_diag.h.
  public struct File: Hashable, Sendable {
    /// The low 32 bits of the inode number. Kernel: `udiag_vfs_ino`.
    public var inode: UInt32
    /// The file system's device in the kernel's own form. Kernel: `udiag_vfs_dev`.
    public var device: UInt32

    /// Creates an identity.
    public init(inode: UInt32, device: UInt32) {
      self.inode = inode
      self.device = device
    }

    /// The major number of the device. Kernel: `MAJOR`, linux/kdev_t.h.
    public var major: UInt32 { device >> 20 }
    /// The minor number of the device. Kernel: `MINOR`, linux/kdev_t.h.
    public var minor: UInt32 { device & 0xf_ffff }
  }

  /// The socket at the other end.
  public struct Peer: Hashable, Sendable {
    /// Its inode; 0 if it has none yet, because its listener has not accepted it.
    public var inode: UInt32
    /// Its name. The kernel does not send it: it comes from the peer's own record.
    public var name: Name

    /// Creates a peer.
    public init(inode: UInt32, name: Name = .unknown) {
      self.inode = inode
      self.name = name
    }

    /// What is known about the name of a peer.
    public enum Name: Hashable, Sendable {
      /// Its record was not looked up, or it is in another network namespace.
      case unknown
      /// It has no name.
      case unnamed
      /// Its name.
      case named(UnixSocketName)
    }
  }
}
